'use client';
import { type ReactNode, useEffect, useRef } from 'react';
import type { Download } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { useDownload } from '../hooks/use-download.js';
import { useUiState } from '../hooks/use-download-ui.js';
import { useToastFocus } from '../hooks/use-toast-focus.js';
import { isActive } from '../store/is-active.js';
import { DownloadBody } from './download-body.js';
import { type DownloadPartProps, classes } from './part-props.js';
import { ShowButton } from './show-button.js';

/** A toast of a download that goes on disappears after this time if a list shows the download too. */
const LINGER_MS = 8_000;

export interface DownloadToastsProps extends DownloadPartProps {
  /** Headline while a download goes on, as “Preparing your metrics…”. */
  title?: string | undefined;
}

/** Shows a toast for each minimised download, and for each one that ended while no modal shows it. */
export function DownloadToasts({ className, title, children }: DownloadToastsProps) {
  const { messages } = useLonghaul();
  const toasts = useUiState((state) => state.toasts);
  const shown = useUiState((state) => state.shown);
  const section = useRef<HTMLElement>(null);
  useToastFocus(section, shown);
  return (
    <section
      ref={section}
      tabIndex={-1}
      className={classes('lh-toasts', className)}
      data-lh-part="toasts"
      data-state={toasts.length > 0 ? 'open' : 'empty'}
      aria-label={messages.notifications()}
    >
      {toasts
        .filter((id) => id !== shown)
        .map((id) => (
          <Toast key={id} id={id} title={title}>
            {children}
          </Toast>
        ))}
    </section>
  );
}

interface ToastProps {
  id: string;
  title: string | undefined;
  children: ((download: Download) => ReactNode) | undefined;
}

function Toast({ id, title, children }: ToastProps) {
  const { messages, ui } = useLonghaul();
  const download = useDownload(id);
  const element = useRef<HTMLDivElement>(null);
  const state = download?.state;
  useEffect(() => {
    // The result stays until it was seen.
    if (!state || (state !== 'cancelled' && !isActive({ state }))) return undefined;
    const timer = setInterval(() => {
      const isUsed = element.current?.matches(':hover, :focus-within');
      if (ui.read().lists > 0 && !isUsed) ui.closeToast(id);
    }, LINGER_MS);
    return () => clearInterval(timer);
  }, [ui, id, state]);
  if (!download) return null;
  return (
    <div ref={element} className="lh-toast" data-lh-part="toast" data-state={state}>
      {children ? (
        children(download)
      ) : (
        <DownloadBody download={download} title={title} isToast>
          <ShowButton download={download} />
          <button type="button" className="lh-action" onClick={() => ui.closeToast(id)}>
            {messages.close()}
          </button>
        </DownloadBody>
      )}
    </div>
  );
}
