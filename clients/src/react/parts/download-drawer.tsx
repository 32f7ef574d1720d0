'use client';
import { useId } from 'react';
import { useLonghaul } from '../context.js';
import { useUiState } from '../hooks/use-download-ui.js';
import { Dialog } from './dialog.js';
import { DownloadList } from './download-list.js';
import type { DownloadPartProps } from './part-props.js';

/** Shows “My downloads” as a drawer, opened by `useDownloadUi().setDrawerOpen`. */
export function DownloadDrawer({ className, children }: DownloadPartProps) {
  const { messages, ui } = useLonghaul();
  const drawerOpen = useUiState((state) => state.drawerOpen);
  const labelId = useId();
  const close = () => ui.setDrawerOpen(false);
  return (
    <Dialog
      part="drawer"
      state={drawerOpen ? 'open' : 'closed'}
      className={className}
      isOpen={drawerOpen}
      onClose={close}
      isLight
      labelledBy={labelId}
    >
      <div className="lh-drawer-head">
        <h2 className="lh-headline" id={labelId}>
          {messages.myDownloads()}
        </h2>
        <button type="button" className="lh-action" onClick={close}>
          {messages.close()}
        </button>
      </div>
      <DownloadList>{children}</DownloadList>
    </Dialog>
  );
}
