import { encodeExtended } from 'content-disposition';

/**
 * Returns a Content-Disposition header that makes browsers save under `fileName` (RFC 6266): an ASCII name for old
 * clients, then the full name in UTF-8. The ASCII name has no `%`, because some browsers would decode it (appendix D).
 */
export function attachment(fileName: string): string {
  const asciiName = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  // A lone surrogate becomes U+FFFD, otherwise the encoder would throw.
  return `attachment; filename="${asciiName}"; filename*=${encodeExtended(fileName.toWellFormed())}`;
}
