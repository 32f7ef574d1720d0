/** Not an attr-char of RFC 8187, though `encodeURIComponent` lets it stand. */
const NOT_ATTRIBUTE = /['()*]/g;

/**
 * A Content-Disposition header that makes browsers save under `fileName` (RFC 6266): the name in UTF-8, and before
 * it an ASCII one for what does not know `filename*`. No `%` in that one: some browsers would decode it (appendix D).
 */
export function attachment(fileName: string): string {
  const fallback = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  return `attachment; filename="${fallback}"; filename*=UTF-8''${encodeExtended(fileName)}`;
}

function encodeExtended(text: string): string {
  // Through bytes: half a surrogate pair becomes U+FFFD instead of an exception.
  const wellFormed = Buffer.from(text).toString();
  return encodeURIComponent(wellFormed).replace(
    NOT_ATTRIBUTE,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
