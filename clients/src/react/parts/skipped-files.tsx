'use client';
import { useRef } from 'react';
import { useLonghaul } from '../context.js';
import { useSkippedFiles } from '../hooks/use-skipped-files.js';
import { CopyButton } from './copy-button.js';

/** More rows only cost time; the copied list has all. */
const SHOWN = 100;

/** Lists the files that an archive does not contain, with the reasons. */
export function SkippedFileList({ jobId }: { jobId: string }) {
  const { messages, locale } = useLonghaul();
  const { files, hasFailed } = useSkippedFiles(jobId);
  const list = useRef<HTMLUListElement>(null);
  if (!files)
    return <p className="lh-muted">{hasFailed ? messages.namesFailed() : messages.loadingNames()}</p>;
  const rows = files.map((file) => ({ ...messages.skippedFile(file), key: String(file.fileId) }));
  const text = () => rows.map(({ name, reason }) => `${name}\t${reason}`).join('\n');
  return (
    <div className="lh-skipped">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a list that scrolls must take the focus */}
      <ul ref={list} className="lh-skipped-list" tabIndex={0} aria-label={messages.skippedFiles()}>
        {rows.slice(0, SHOWN).map(({ key, name, reason }) => (
          <li key={key}>
            {name} <span className="lh-muted">{reason}</span>
          </li>
        ))}
        {rows.length > SHOWN && <li>{messages.moreFiles(rows.length - SHOWN, locale)}</li>}
      </ul>
      <CopyButton label={messages.copyList()} text={text} source={() => list.current} />
    </div>
  );
}
