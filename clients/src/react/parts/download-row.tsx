'use client';
import { memo } from 'react';
import type { Download } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { useDownloadActions } from '../hooks/use-download-actions.js';
import { useUiState } from '../hooks/use-download-ui.js';
import { useDownloadView } from '../hooks/use-download-view.js';
import { ActionButtons } from './action-buttons.js';
import { Bar } from './download-progress.js';

/** Renders one download in few lines. Renders again only if its own download has changed. */
export const DownloadRow = memo(({ download }: { download: Download }) => {
  const actions = useDownloadActions(download);
  const view = useDownloadView(download, actions);
  return (
    <div className="lh-body lh-brief" data-tone={view.tone} data-muted={view.isMuted || undefined}>
      <div className="lh-head">
        <Name download={download} />
        <span className="lh-state">{view.badge ?? view.state}</span>
      </div>
      <Bar download={download} view={view} />
      {view.line && <p className={view.problem ? 'lh-line lh-problem' : 'lh-line'}>{view.line}</p>}
      <ActionButtons actions={view.actions} run={actions.run} about={download.name} />
    </div>
  );
});
DownloadRow.displayName = 'DownloadRow';

/** The name. On a page with a modal, it is the button that opens it. */
function Name({ download: { id, name } }: { download: Download }) {
  const { messages, ui } = useLonghaul();
  const canShow = useUiState(({ modals }) => modals > 0);
  if (!canShow) return <span className="lh-name">{name}</span>;
  return (
    <button
      type="button"
      className="lh-name"
      aria-label={`${messages.show()} ${name}`}
      title={name}
      onClick={() => ui.show(id)}
    >
      {name}
    </button>
  );
}
