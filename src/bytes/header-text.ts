import { isUtf8 } from 'node:buffer';
import { decodeWords } from 'postal-mime';

/** Returns the text of a header whose bytes are UTF-8. Node reads all headers as Latin-1. */
export function headerText(header: string): string {
  const bytes = Buffer.from(header, 'latin1');
  return isUtf8(bytes) && bytes.toString('latin1') === header ? bytes.toString() : header;
}

/**
 * Decodes encoded words (RFC 2047), as S3 returns them, or else percent-encoding. Never decodes both, otherwise a file
 * named `100%25` would lose its name. Text that is encoded in neither way stays unchanged.
 */
export function decodedText(text: string): string {
  const words = decodeWords(text);
  return words === text ? percentDecoded(text) : words;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
