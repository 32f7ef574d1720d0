/** Characters that an HTTP header does not preserve, blanks at either end, and `%`, which marks encoded bytes. */
const UNSAFE = /[^\x20-\x24\x26-\x7e]+|^ +| +$/g;

/** Encodes user metadata for S3 headers: percent-encoded UTF-8 where a value is not plain ASCII. */
export function encodeMetadata(values: Record<string, string>): Record<string, string> {
  const entries = Object.entries(values);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.toLowerCase(), value.replace(UNSAFE, percent)]),
  );
}

/** Decodes user metadata. Values from other programs that are not percent-encoded stay unchanged. */
export function decodeMetadata(values: Record<string, string> = {}): Record<string, string> {
  const entries = Object.entries(values);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), decode(value)]));
}

/** Encodes byte by byte, because `encodeURIComponent` throws on a lone surrogate. */
function percent(text: string): string {
  return Buffer.from(text).toString('hex').replace(/../g, '%$&').toUpperCase();
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
