/** Everything that does not survive in an HTTP header, `%` because it marks the rest, and blanks at either end. */
const UNSAFE = /[^\x20-\x24\x26-\x7e]+|^ +| +$/g;

/** User metadata as S3 carries it: percent-encoded UTF-8 where it is not plain ASCII. */
export function encodeMetadata(values: Record<string, string>): Record<string, string> {
  const entries = Object.entries(values);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.toLowerCase(), value.replace(UNSAFE, percent)]),
  );
}

/** The metadata as it was given. What other programs wrote and is no percent-encoding stays as it is. */
export function decodeMetadata(values: Record<string, string> = {}): Record<string, string> {
  const entries = Object.entries(values);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), decode(value)]));
}

/** By bytes and not by `encodeURIComponent`, which throws on half a surrogate pair. */
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
