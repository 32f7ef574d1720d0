'use client';
import { memo } from 'react';
import type { Download } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { useDownloads } from '../hooks/use-downloads.js';
import { usePresence } from '../hooks/use-presence.js';
import { DownloadBody } from './download-body.js';
import { type DownloadPartProps, classes } from './part-props.js';
import { ShowButton } from './show-button.js';

/** Lists all downloads of this browser, newest first. Also named DownloadManager. */
export function DownloadList({ className, children }: DownloadPartProps) {
  const { messages } = useLonghaul();
  const { downloads } = useDownloads();
  usePresence('lists');
  if (downloads.length === 0) {
    return (
      <p className={classes('lh-list lh-muted', className)} data-lh-part="list" data-state="empty">
        {messages.noDownloads()}
      </p>
    );
  }
  return (
    <ul className={classes('lh-list', className)} data-lh-part="list" data-state="filled">
      {downloads.map((download) => (
        <li key={download.id} className="lh-row" data-lh-part="row" data-state={download.state}>
          {children ? children(download) : <Row download={download} />}
        </li>
      ))}
    </ul>
  );
}

/** Renders again only if its own download has changed. */
const Row = memo(({ download }: { download: Download }) => (
  <DownloadBody download={download}>
    <ShowButton download={download} />
  </DownloadBody>
));
Row.displayName = 'DownloadRow';
