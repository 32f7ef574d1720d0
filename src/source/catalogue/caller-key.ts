/** Where Longhaul keeps its own; on a file system that ignores case, under every spelling. */
const OWN_PREFIX = 'archives';

/**
 * Whether a key that somebody else names leads to their objects: a relative path of plain names outside our own prefix.
 * Stores with folders resolve `..`, so what looks like a path trick is one.
 */
export function isForeignKey(key: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\u0000-\u001f\u007f\\]/.test(key)) return false;
  const names = key.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..')) return false;
  return names[0]!.toLowerCase() !== OWN_PREFIX;
}
