import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { FileId } from 'longhaul/client';
import {
  type Files,
  type Selection,
  selectedBytes,
  useDownloadUi,
  useEstimate,
  useLonghaul,
} from 'longhaul/react';
import type { PageLink } from '../link.js';
import { archiveName } from './archive-name.js';
import { leaveOut, Missing } from './missing.js';
import { DEFAULTS, Options } from './options.js';
import { Summary } from './summary.js';

interface DownloadBarProps {
  /** The server no longer accepts the sign-in. */
  isOver: boolean;
  button: RefObject<HTMLButtonElement | null>;
  files: Files;
  selection: Selection;
  /** It may name the archive of its files. */
  link: PageLink;
  maxBytes: number;
  onAccepted: () => void;
}

/** Describes the download of the selection, with the button that starts it. */
export function DownloadBar({
  button,
  isOver,
  files,
  selection,
  link,
  maxBytes,
  onAccepted,
}: DownloadBarProps) {
  const [options, setOptions] = useState(DEFAULTS);
  const { downloads } = useLonghaul();
  const { show } = useDownloadUi();
  const fileIds = useMemo(() => [...selection.ids], [selection.ids]);
  /** The selection that is being started: a double click starts one download. */
  const starting = useRef<readonly FileId[]>(null);
  const present = useRef(fileIds);
  useEffect(() => {
    present.current = fileIds;
  }, [fileIds]);
  const result = useEstimate(fileIds.length > 0 && !isOver ? { fileIds } : null);
  const estimate = fileIds.length > 0 ? result.estimate : null;
  // Known rows tell the size at once.
  const bytes = (result.isLoading ? null : estimate?.bytesTotal) ?? selectedBytes(selection, files);
  const isTooLarge = bytes !== null && bytes > maxBytes;
  const isPossible = fileIds.length > 0 && !isTooLarge;
  const missing = estimate?.missing.filter(({ fileId }) => selection.ids.has(fileId)) ?? [];
  /** The download would stop at the first missing file. */
  const mustLeaveOut = missing.length > 0 && options.onFileError === 'fail';

  function leaveOutMissing(): void {
    selection.remove(missing.map(({ fileId }) => fileId));
  }

  function download(): void {
    if (!isPossible || starting.current === fileIds) return;
    const { format, onFileError } = options;
    const isLinked = link.fileIds.some((fileId) => selection.ids.has(fileId));
    const { id } = downloads.start({
      fileIds,
      archive: { format, name: (isLinked && link.name) || archiveName(fileIds, files) },
      onFileError,
    });
    const stop = downloads.subscribe(() => {
      const state = downloads.get(id)?.state;
      if (state === 'starting') return;
      stop();
      // A start that is refused or given up keeps its selection, and so does a newer one.
      if (state === 'refused' || state === 'cancelled') starting.current = null;
      else if (present.current === fileIds) onAccepted();
    }, id);
    starting.current = fileIds;
    show(id);
  }

  return (
    <footer className="card bar">
      <div className="bar-text" aria-live="polite">
        <Summary count={fileIds.length} bytes={bytes} maxBytes={maxBytes} result={result}>
          {missing.length > 0 && <Missing missing={missing} files={files} onLeaveOut={leaveOutMissing} />}
        </Summary>
      </div>
      {fileIds.length > 0 && <Options options={options} onChange={setOptions} />}
      <button
        ref={button}
        type="button"
        className="button primary download"
        aria-keyshortcuts="Control+Enter Meta+Enter"
        aria-disabled={!isPossible && !mustLeaveOut}
        onClick={mustLeaveOut ? leaveOutMissing : download}
      >
        {mustLeaveOut ? leaveOut(missing.length) : 'Download'}
      </button>
    </footer>
  );
}
