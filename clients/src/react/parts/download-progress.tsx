'use client';
import type { Download } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { useDownload } from '../hooks/use-download.js';
import { useDownloadView } from '../hooks/use-download-view.js';
import type { DownloadView } from '../view/view.js';
import { type DownloadPartProps, classes } from './part-props.js';

export interface DownloadProgressProps extends DownloadPartProps {
  /** As in `Download.id`, or a job id. */
  id: string;
}

/** Shows the progress bar of one download; nothing for a download that has none. */
export function DownloadProgress({ id, className, children }: DownloadProgressProps) {
  const download = useDownload(id);
  if (!download) return null;
  if (children) return <>{children(download)}</>;
  return <OwnBar download={download} className={className} />;
}

function OwnBar({ download, className }: { download: Download; className: string | undefined }) {
  const view = useDownloadView(download);
  return <Bar download={download} view={view} className={className} />;
}

/** The platform's own progress element: it shows without styles, and in forced colors. */
export function Bar({
  download,
  view: { bar, isMuted },
  className,
}: {
  download: Download;
  view: DownloadView;
  className?: string | undefined;
}) {
  const { messages } = useLonghaul();
  if (!bar) return null;
  return (
    <progress
      className={classes('lh-progress', className)}
      data-lh-part="progress"
      data-state={download.state}
      data-muted={isMuted || undefined}
      max={100}
      aria-label={messages.downloadProgress(download.name)}
      aria-valuetext={bar.text}
      {...(bar.percent === null ? {} : { value: bar.percent })}
    />
  );
}
