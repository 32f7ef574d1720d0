'use client';
import { useLonghaul } from '../context.js';
import { useDownloads } from '../hooks/use-downloads.js';
import { usePresence } from '../hooks/use-presence.js';
import { DownloadRow } from './download-row.js';
import { type DownloadPartProps, classes } from './part-props.js';

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
          {children ? children(download) : <DownloadRow download={download} />}
        </li>
      ))}
    </ul>
  );
}
