'use client';
import { useId } from 'react';
import { useLonghaul } from '../context.js';
import { useDownload } from '../hooks/use-download.js';
import { useMinimise, useUiState } from '../hooks/use-download-ui.js';
import { usePresence } from '../hooks/use-presence.js';
import { isActive } from '../store/is-active.js';
import { Dialog } from './dialog.js';
import { DownloadBody } from './download-body.js';
import { NotifyButton } from './notify-button.js';
import type { DownloadPartProps } from './part-props.js';

/** Shows the download that `useDownloadUi().show` opened, as a modal dialog. Closing it never cancels. */
export function DownloadModal({ className, children }: DownloadPartProps) {
  const { messages } = useLonghaul();
  const shown = useUiState((state) => state.shown);
  const download = useDownload(shown);
  const minimise = useMinimise();
  const labelId = useId();
  usePresence('modals');
  const isGoing = download !== undefined && isActive(download);
  const close = (
    <button type="button" className="lh-action" onClick={minimise}>
      {isGoing && download.state !== 'starting' ? messages.minimise() : messages.close()}
    </button>
  );
  return (
    <Dialog
      part="modal"
      state={download?.state ?? 'closed'}
      className={className}
      isOpen={download !== undefined}
      onClose={minimise}
      labelledBy={labelId}
    >
      {download && children?.(download)}
      {children && close}
      {download && !children && (
        <DownloadBody
          key={download.id}
          download={download}
          headlineId={labelId}
          isWhole
          first={isGoing && close}
        >
          {isGoing ? <NotifyButton id={download.id} /> : close}
        </DownloadBody>
      )}
    </Dialog>
  );
}
