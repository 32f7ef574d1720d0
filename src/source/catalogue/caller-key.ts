/** Prefix of Longhaul's own objects. File systems may ignore case, so every spelling is reserved. */
const OWN_PREFIX = 'archives';

/**
 * Returns true when a key from the catalogue is safe to read: a relative path of plain names outside Longhaul's prefix.
 * Keys with `..` are rejected, because file stores resolve them.
 */
export function isCallerKey(key: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are rejected
  if (/[\u0000-\u001f\u007f\\]/.test(key)) return false;
  const names = key.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..')) return false;
  return names[0]!.toLowerCase() !== OWN_PREFIX;
}
