import { join, normalize, sep } from 'node:path';
import { objectError } from '../store-errors.js';

/** Folders that the store uses for itself, beside the objects. No key maps into them. */
export const RESERVED_FOLDERS = { temporary: '.tmp', metadata: '.meta' } as const;

/** Limits of S3 for a key and of common file systems for a name, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;
const MAX_NAME_BYTES = 255;

const RESERVED: readonly string[] = Object.values(RESERVED_FOLDERS);

/** Names with a special meaning on Windows: streams, wildcards, devices, and trailing characters that it strips. */
const WINDOWS_UNSAFE = /[<>:"|?*]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Words between single dots and slashes, as in most keys. No rule forbids them, and testing all rules takes 4 µs. */
const PLAIN_KEY = /^[\w-]+(?:[./][\w-]+)*$/;

/**
 * Returns the path of the object `key` below `root`. A key must be a relative path of plain names. Other keys are
 * rejected, not repaired, so that each key maps to one file. On a case-insensitive file system, keys that differ only in
 * case are the same object.
 * @throws LonghaulError FILE_FORBIDDEN
 */
export function objectPath(root: string, key: string): string {
  // `join` takes 1 µs.
  if (isPlain(key)) return root + sep + key;
  const violation = violationOf(key);
  const path = join(root, key);
  if (violation === null && isBelow(root, path)) return path;
  const why = violation ?? 'it leads out of the folder';
  throw objectError(
    'FILE_FORBIDDEN',
    new Error(`The key ${JSON.stringify(key)} is not a safe path: ${why}`),
    `has a key that the file store does not allow: ${why}. Ask an operator to correct the key.`,
  );
}

/** Returns true for a key that `objectPath` accepts. */
export function isObjectKey(key: string): boolean {
  return violationOf(key) === null;
}

function isPlain(key: string): boolean {
  return key.length <= MAX_NAME_BYTES && process.platform !== 'win32' && PLAIN_KEY.test(key);
}

/** Returns the rule that a key violates; null when it is valid. */
function violationOf(key: string): string | null {
  if (key === '') return 'it is empty';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`;
  // The file system would store another name for a lone surrogate.
  if (!key.isWellFormed()) return 'it is not valid Unicode';
  // Rejects backslashes and drive letters on every system, so that a folder stays safe when served on another one.
  if (/[\0\\]/.test(key)) return 'it contains a NUL or a backslash';
  if (/^[a-z]:/i.test(key)) return 'it begins with a drive letter';
  const names = key.split('/');
  if (RESERVED.includes(names[0]!.toLowerCase())) return 'the folder is reserved';
  return names.map(nameViolationOf).find((violation) => violation !== null) ?? null;
}

function nameViolationOf(name: string): string | null {
  if (name === '') return 'it has an empty segment, or begins or ends with /';
  if (name === '.' || name === '..') return 'it has a segment that is . or ..';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `it has a segment longer than ${MAX_NAME_BYTES} bytes`;
  if (process.platform === 'win32' && WINDOWS_UNSAFE.test(name)) return 'it has a special meaning on Windows';
  return null;
}

/** Second check, independent of the rules for keys. Both paths are normal: `join` made the second one. */
function isBelow(root: string, path: string): boolean {
  const folder = normalize(root.endsWith(sep) ? root : root + sep);
  return path.length > folder.length && path.startsWith(folder);
}
