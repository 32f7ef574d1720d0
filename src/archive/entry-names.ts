/** Longest segment most file systems take, in UTF-8 bytes. */
const MAX_SEGMENT_BYTES = 255;
const MAX_NAME_BYTES = 1_024;

/** Device names that Windows will not create, with or without an extension. */
const RESERVED_ON_WINDOWS = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
/** What makes a name look like another one; not the joiners, which emoji and some scripts need. */
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;
// eslint-disable-next-line no-control-regex -- control characters are what is removed
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f<>:"|?*]/g;

/**
 * UserSemaphore any name into one that every unzipper extracts below its target folder: `/` between folders, no `..`,
 * no absolute or drive path, no control, invisible or Windows-reserved character or device name,
 * no trailing dots or blanks, NFC, at most 255 bytes a segment.
 * @returns the safe name; `file` when nothing of it is left.
 */
export function safeEntryName(raw: string): string {
  const segments = raw
    .toWellFormed()
    .normalize('NFC')
    .replace(/^[A-Za-z]:/, '')
    .split(/[\\/]+/)
    .map(safeSegment)
    .filter((segment) => segment !== '');
  const name = segments.join('/') || 'file';
  return byteLength(name) <= MAX_NAME_BYTES ? name : shorten(segments.at(-1) ?? 'file', MAX_SEGMENT_BYTES);
}

/**
 * Gives every name its own spelling, in order: the second `a.txt` becomes `a (1).txt`. Names that differ in case
 * only count as equal, for they would overwrite each other on Windows and macOS; so does a file whose name is
 * another's folder.
 * @param reserved names that are taken already, by files.
 */
export function uniqueNames(wanted: readonly string[], reserved: readonly string[] = []): string[] {
  const taken = new Set(reserved.map(fold));
  const names = wanted.map((name) => outside(taken, name));
  const folders = new Set(names.flatMap(parentFolders).map(fold));
  const nextNumber = new Map<string, number>();
  const isFree = (name: string) => !taken.has(fold(name)) && !folders.has(fold(name));
  return names.map((name) => {
    let unique = name;
    for (let n = nextNumber.get(fold(name)) ?? 1; !isFree(unique); n++) {
      unique = numbered(name, n);
      nextNumber.set(fold(name), n + 1);
    }
    taken.add(fold(unique));
    return unique;
  });
}

/** A name in no folder that is called like one of `files`: no unpacker could make both. */
function outside(files: ReadonlySet<string>, name: string): string {
  const folder = parentFolders(name).find((parent) => files.has(fold(parent)));
  return folder === undefined ? name : numbered(folder, 1) + name.slice(folder.length);
}

function safeSegment(segment: string): string {
  const bare = segment
    .replace(FORBIDDEN, '_')
    .replace(INVISIBLE, '_')
    .trim()
    .replace(/[. ]+$/, '');
  if (bare === '') return '';
  return shorten(RESERVED_ON_WINDOWS.test(bare) ? `_${bare}` : bare, MAX_SEGMENT_BYTES);
}

function numbered(name: string, n: number): string {
  const slash = name.lastIndexOf('/') + 1;
  const folder = name.slice(0, slash);
  const { stem, extension } = splitExtension(name.slice(slash));
  const suffix = ` (${n})${extension}`;
  return `${folder}${shorten(stem, MAX_SEGMENT_BYTES - byteLength(suffix))}${suffix}`;
}

function splitExtension(segment: string): { stem: string; extension: string } {
  const match = /^(.+?)(\.tar\.[a-z0-9]{1,4}|\.[^. ]{1,16})$/i.exec(segment);
  return { stem: match?.[1] ?? segment, extension: match?.[2] ?? '' };
}

/** Cuts between characters, keeping the extension, so that the UTF-8 form fits. */
function shorten(segment: string, maxBytes: number): string {
  if (byteLength(segment) <= maxBytes) return segment;
  const { stem, extension } = splitExtension(segment);
  const characters = Array.from(stem);
  let bytes = byteLength(stem) + byteLength(extension);
  while (bytes > maxBytes) bytes -= byteLength(characters.pop() ?? '');
  return `${characters.join('').trimEnd()}${extension}`;
}

function parentFolders(name: string): string[] {
  const segments = name.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}

/** One form for all spellings that differ in case only; by way of capitals, which sigma and its final form share. */
function fold(name: string): string {
  return name.normalize('NFC').toLowerCase().toUpperCase().toLowerCase();
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
