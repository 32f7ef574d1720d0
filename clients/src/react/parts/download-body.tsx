'use client';
import type { ReactNode } from 'react';
import type { Download } from '../../client/index.js';
import { useDownloadActions } from '../hooks/use-download-actions.js';
import { useDownloadView } from '../hooks/use-download-view.js';
import type { DownloadView, ViewAction } from '../view/view.js';
import { ActionButtons } from './action-buttons.js';
import { Checksum } from './checksum.js';
import { Bar } from './download-progress.js';
import { SkippedFileList } from './skipped-files.js';

export interface DownloadBodyProps {
  download: Download;
  /** Shows one sentence with the name once the download has ended. */
  isToast?: boolean | undefined;
  /** Replaces the headline while the download goes on. */
  title?: string | undefined;
  /** Id of the headline, for `aria-labelledby`. Makes it a heading. */
  headlineId?: string | undefined;
  /** Shows checksum and skipped files too. */
  isWhole?: boolean | undefined;
  /** A button before the others. */
  first?: ReactNode;
  /** More buttons, at the end. */
  children?: ReactNode;
}

/** Renders one download: the inside of modal, toast and row. */
export function DownloadBody(props: DownloadBodyProps) {
  const { download, title, headlineId, isToast = false, isWhole = false, first, children } = props;
  const actions = useDownloadActions(download);
  const view = useDownloadView(download, actions);
  const { facts, details, problem, badge, tone } = view;
  const isSentence = isToast && tone !== 'busy';
  const Headline = headlineId ? 'h2' : 'p';
  return (
    <div className="lh-body" data-tone={tone} data-muted={view.isMuted || undefined}>
      <Headline className="lh-headline" id={headlineId}>
        {isSentence ? view.summary : (tone === 'busy' && title) || view.headline}
        {badge && <span className="lh-badge"> {badge}</span>}
      </Headline>
      {!isSentence && <p className="lh-name">{download.name}</p>}
      <Bar download={download} view={view} />
      {problem && <p className="lh-problem">{problem}</p>}
      {facts.length > 0 && <p className="lh-facts">{facts.join(' · ')}</p>}
      {details.map((line) => (
        <p key={line} className="lh-detail">
          {line}
        </p>
      ))}
      {isWhole && view.skipped > 0 && download.jobId && <SkippedFileList jobId={download.jobId} />}
      {isWhole && view.checksum && <Checksum value={view.checksum} />}
      <ActionButtons actions={actionsOf(view, isToast)} run={actions.run} first={first}>
        {children}
      </ActionButtons>
    </div>
  );
}

/** Toast and modal close; they do not remove their download from the list, unless that alone is left to do. */
function actionsOf({ actions }: DownloadView, isToast: boolean): readonly ViewAction[] {
  return actions.filter(
    ({ action }) => !(isToast && action === 'change-selection') && (action !== 'dismiss' || !actions[1]),
  );
}
