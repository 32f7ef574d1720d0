/** Longest segment that most file systems accept, in UTF-8 bytes. */
const MAX_SEGMENT_BYTES = 255;
const MAX_NAME_BYTES = 1_024;
/** Limits folders, because the time to make names unique grows with their depth. */
const MAX_SEGMENTS = 64;

/** Room for ` (n)`. Constant, otherwise names of one series would differ in more than their number. */
const NUMBER_BYTES = 12;

const DRIVE = /^[A-Za-z]:(?=[\\/])/;
/** Device names, also before an extension. Windows ignores blanks after them and cannot create such files. */
const RESERVED_ON_WINDOWS = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)/i;
/** Characters that make one name look like another. Joiners are allowed, because emoji and some scripts need them. */
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;
// eslint-disable-next-line no-control-regex -- removes control characters on purpose
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f<>:"|?*]/g;

/**
 * Converts any name into one that every unpacker extracts below its target folder. The result is NFC and uses `/`
 * between folders. It has no `..`, absolute path, control or invisible character, character or device name reserved by
 * Windows, or trailing dot or blank. A segment has at most 255 bytes, the name at most 1,024. A longer or deeper
 * name loses its folders. Idempotent.
 * @returns the safe name; `file` when no safe character remains.
 */
export function safeEntryName(raw: string): string {
  const segments = raw
    .toWellFormed()
    .normalize('NFC')
    .replace(DRIVE, '')
    .split(/[\\/]+/)
    .map(safeSegment)
    .filter((segment) => segment !== '');
  const name = segments.join('/');
  return (fits(name) ? name : segments.at(-1)) || 'file';
}

/** Adds a number to a safe name, before its extension. The result is safe, too. */
export function numberedName(name: string, n: number): string {
  const slash = name.lastIndexOf('/') + 1;
  const { stem, extension } = splitExtension(name.slice(slash));
  const short = cut(stem, MAX_SEGMENT_BYTES - NUMBER_BYTES - byteLength(extension));
  return name.slice(0, slash) + safeSegment(`${short} (${n})${extension}`);
}

/** True when the name is short enough to be numbered. */
export function fitsNumbered(name: string): boolean {
  return fits(name + ' '.repeat(NUMBER_BYTES));
}

/** Tests for device names last, because trimming and cutting may produce one. */
function safeSegment(segment: string): string {
  const { stem, extension } = splitExtension(
    trimmed(segment.replace(FORBIDDEN, '_').replace(INVISIBLE, '_')),
  );
  const safe = cut(stem, MAX_SEGMENT_BYTES - byteLength(extension)) + extension;
  return RESERVED_ON_WINDOWS.test(safe) ? safeSegment(`_${safe}`) : safe;
}

function splitExtension(segment: string): { stem: string; extension: string } {
  const match = /^(.+?)(\.tar\.[a-z0-9]{1,4}|\.[^. ]{1,16})$/i.exec(segment);
  return { stem: match?.[1] ?? segment, extension: match?.[2] ?? '' };
}

/** Cuts a text to at most `maxBytes` of UTF-8. Drops a character that the cut would split. */
function cut(text: string, maxBytes: number): string {
  if (byteLength(text) <= maxBytes) return text;
  return trimmed(
    Buffer.from(text)
      .subarray(0, maxBytes)
      .toString()
      .replace(/\ufffd+$/, ''),
  );
}

/** Removes blanks at both ends and dots at the end. A regular expression would take quadratic time. */
function trimmed(text: string): string {
  let end = text.length;
  while (end > 0 && /[.\s]/.test(text[end - 1]!)) end -= 1;
  return text.slice(0, end).trimStart();
}

function fits(name: string): boolean {
  return byteLength(name) <= MAX_NAME_BYTES && name.split('/').length <= MAX_SEGMENTS;
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
