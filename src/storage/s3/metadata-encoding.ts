import { decodedText, headerText } from '../../bytes/header-text.js';

/**
 * Characters that an HTTP header does not preserve, blanks at either end, and what marks encoded text: `%` and `=?`.
 */
const UNSAFE = /[^\x20-\x24\x26-\x7e]+|=(?=\?)|^ +| +$/g;

/** Encodes user metadata for S3 headers: percent-encoded UTF-8 where a value is not plain ASCII. */
export function encodeMetadata(values: Record<string, string>): Record<string, string> {
  const entries = Object.entries(values);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.toLowerCase(), value.replace(UNSAFE, percent)]),
  );
}

/**
 * Decodes user metadata: the percent-encoding of `encodeMetadata`, the encoded words that S3 returns for other values,
 * or plain UTF-8.
 */
export function decodeMetadata(values: Record<string, string> = {}): Record<string, string> {
  const entries = Object.entries(values);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.toLowerCase(), decodedText(headerText(value))]),
  );
}

/** Encodes byte by byte, because `encodeURIComponent` throws on a lone surrogate. */
function percent(text: string): string {
  return Buffer.from(text).toString('hex').replace(/../g, '%$&').toUpperCase();
}
