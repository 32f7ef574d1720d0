import { join, relative, resolve, sep } from 'node:path';
import { storeError } from '../store-errors.js';

/** Folders of the store itself, beside the objects; no key leads into them. */
export const RESERVED_FOLDERS = { temporary: '.tmp', metadata: '.meta' } as const;

/** What S3 allows of a key, and what common file systems allow of one name; in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;
const MAX_NAME_BYTES = 255;

const RESERVED: readonly string[] = Object.values(RESERVED_FOLDERS);

/** What Windows gives another meaning: streams, wild cards, names of devices, ends it cuts off. */
const WINDOWS_UNSAFE = /[<>:"|?*]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Where the object `key` lies below `root`: a key is a relative path of plain names. What might lead elsewhere is
 * refused and not repaired, so that one key is one file. On a file system that ignores case, keys that differ in
 * case only are the same object.
 * @throws LonghaulError FILE_FORBIDDEN
 */
export function objectPath(root: string, key: string): string {
  const fault = faultOf(key);
  const path = join(root, key);
  if (fault === null && isBelow(root, path)) return path;
  throw storeError('FILE_FORBIDDEN', new Error(`The key ${JSON.stringify(key)} is no safe path: ${fault}`));
}

/** True for a key that `objectPath` accepts. */
export function isObjectKey(key: string): boolean {
  return faultOf(key) === null;
}

/** What is wrong with a key; null when nothing is. */
function faultOf(key: string): string | null {
  if (key === '') return 'it is empty';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`;
  // Half a surrogate pair: the file system would store another name.
  if (Buffer.from(key).toString() !== key) return 'it is no valid Unicode';
  // Back slashes and drive letters everywhere: a folder filled on one system is safe to be served on another.
  if (/[\0\\]/.test(key)) return 'it holds a NUL or a back slash';
  if (/^[a-z]:/i.test(key)) return 'it begins with a drive letter';
  const names = key.split('/');
  if (RESERVED.includes(names[0]!.toLowerCase())) return 'the folder is reserved';
  return names.map(faultOfName).find((fault) => fault !== null) ?? null;
}

function faultOfName(name: string): string | null {
  if (name === '') return 'it has an empty segment, or begins or ends with /';
  if (name === '.' || name === '..') return 'it has a segment that is . or ..';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `it has a segment longer than ${MAX_NAME_BYTES} bytes`;
  if (process.platform === 'win32' && WINDOWS_UNSAFE.test(name)) return 'Windows gives it another meaning';
  return null;
}

/** The belt to those braces. */
function isBelow(root: string, path: string): boolean {
  const way = relative(resolve(root), resolve(path));
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}
