import type { Estimate } from 'longhaul/client';
import { type Files, plural, useLonghaul } from 'longhaul/react';

interface MissingProps {
  missing: Estimate['missing'];
  files: Files;
  onLeaveOut: () => void;
}

/** Files of the selection that cannot be downloaded, by name. */
export function Missing({ missing, files, onLeaveOut }: MissingProps) {
  const { locale } = useLonghaul();
  const forms = { one: 'file is not available', other: 'files are not available' };
  const text = plural(missing.length, forms, locale);
  return (
    <>
      <button type="button" className="link danger" popoverTarget="missing">
        {text}
      </button>
      <div id="missing" popover="auto" aria-live="off" className="menu missing">
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
        <button type="button" className="button" onClick={onLeaveOut}>
          {leaveOut(missing.length)}
        </button>
      </div>
    </>
  );
}

/** Label of the button that removes missing files from the selection. */
export function leaveOut(count: number): string {
  return count === 1 ? 'Leave it out' : 'Leave them out';
}
