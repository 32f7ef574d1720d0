import type { Estimate, FileId } from 'longhaul/client';
import { type Files, plural, useLonghaul } from 'longhaul/react';

interface MissingProps {
  estimate: Estimate;
  files: Files;
  onLeaveOut: (ids: FileId[]) => void;
}

/** Files of the selection that cannot be downloaded, by name. */
export function Missing({ estimate, files, onLeaveOut }: MissingProps) {
  const { filesMissing, missing } = estimate;
  const { locale } = useLonghaul();
  const forms = { one: 'file is not available', other: 'files are not available' };
  const text = plural(filesMissing, forms, locale);
  return (
    <>
      <button type="button" className="link danger" popoverTarget="missing">
        {text}
      </button>
      <div id="missing" popover="auto" className="menu missing">
        <p>
          <strong>{text}</strong>
        </p>
        <ul>
          {missing.map(({ fileId, message }) => (
            <li key={fileId}>
              {files.get(fileId)?.name ?? fileId} <span className="muted">{message}</span>
            </li>
          ))}
        </ul>
        <button
          type="button"
          className="button"
          onClick={() => onLeaveOut(missing.map(({ fileId }) => fileId))}
        >
          Leave them out
        </button>
      </div>
    </>
  );
}
