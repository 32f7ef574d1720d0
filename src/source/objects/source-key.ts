import { FileError } from '../../contract/file-error.js';

/**
 * Prefix of Longhaul's own objects, in any spelling. File systems may ignore case, and dots and blanks at the end of a
 * name.
 */
const OWN_FOLDER = /^archives[. ]*$/iu;

/**
 * Refuses a key that may lead to Longhaul's own objects or out of the bucket. S3 takes keys as they are, but a store
 * with real folders may resolve `.`, `..`, empty names and backslashes, so the check does as well.
 * @throws FileError FILE_FORBIDDEN
 */
export function assertSourceKey(key: string): void {
  const violation = violationOf(key);
  if (violation === null) return;
  throw new FileError(
    'FILE_FORBIDDEN',
    `is refused: its key ${violation}. Ask an operator to correct the key.`,
  );
}

function violationOf(key: string): string | null {
  if (!key.isWellFormed() || key.includes('\0')) return 'is not valid text';
  const names: string[] = [];
  for (const name of key.split(/[/\\]/)) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) return 'leads out of the store';
  }
  const [first] = names;
  if (first === undefined) return 'names no object';
  return OWN_FOLDER.test(first) ? 'leads to the objects of Longhaul itself' : null;
}
