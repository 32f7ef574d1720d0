'use client';
import type { ReactNode } from 'react';
import type { Download, DownloadRequest } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { useDownload } from '../hooks/use-download.js';
import { useDownloadView } from '../hooks/use-download-view.js';
import { useStartDownload } from '../hooks/use-start-download.js';
import { isActive } from '../store/is-active.js';
import { type PartProps, classes } from './part-props.js';

export interface DownloadButtonProps extends PartProps {
  request: DownloadRequest;
  /** False opens no modal; a toast tells instead, as on a page without DownloadModal. Default: true. */
  modal?: boolean | undefined;
  disabled?: boolean | undefined;
  /** Called with the download that a click has started. */
  onStart?: ((download: Download) => void) | undefined;
  /** The label, or a function of the download that was started. */
  children?: ReactNode | ((download: Download | undefined) => ReactNode);
}

/**
 * Starts a download, and shows its progress. A double click starts one job. With a `clientRequestId` in the request it
 * finds its download again after a refresh.
 */
export function DownloadButton(props: DownloadButtonProps) {
  const { request, modal = true, disabled, onStart, className, children } = props;
  const { messages, ui } = useLonghaul();
  const { start, current: started } = useStartDownload();
  const known = useDownload(started ? null : request.clientRequestId);
  const current = started ?? known;
  const isBusy = current !== undefined && isActive(current);

  function click(): void {
    const download = isBusy ? current : start(request);
    if (modal && ui.read().modals > 0) ui.show(download.id);
    else ui.openToast(download.id);
    if (!isBusy) onStart?.(download);
  }

  const label = typeof children === 'function' ? children(current) : (children ?? messages.download());
  return (
    <button
      type="button"
      className={classes('lh-button', className)}
      data-lh-part="button"
      data-state={current?.state ?? 'idle'}
      disabled={disabled && !isBusy}
      aria-busy={isBusy || undefined}
      onClick={click}
    >
      {isBusy && typeof children !== 'function' ? <ButtonProgress download={current} /> : label}
    </button>
  );
}

function ButtonProgress({ download }: { download: Download }) {
  const { messages, locale } = useLonghaul();
  const { bar, headline } = useDownloadView(download);
  if (typeof bar?.percent !== 'number') return <>{headline}</>;
  return (
    <>
      <span className="lh-button-bar" style={{ inlineSize: `${bar.percent}%` }} />
      <span className="lh-button-label">{messages.percent(bar.percent, locale)}</span>
    </>
  );
}
