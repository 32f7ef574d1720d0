/** Longest file name that most file systems accept, in UTF-8 bytes. */
const MAX_SEGMENT_BYTES = 255;
const MAX_NAME_BYTES = 1_024;

/** Device names, with or without an extension. Windows cannot create files with these names. */
const RESERVED_ON_WINDOWS = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
/** Characters that make one name look like another. Joiners are allowed, because emoji and some scripts need them. */
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;
// eslint-disable-next-line no-control-regex -- removes control characters on purpose
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f<>:"|?*]/g;

/**
 * Converts any name into one that every unpacker extracts below its target folder. The result is NFC and uses `/`
 * between folders. It has no `..`, absolute path, drive letter, control or invisible character, character or device
 * name reserved by Windows, or trailing dot or blank. A segment has at most 255 bytes.
 * @returns the safe name; `file` when no safe character remains.
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
 * Makes names unique, in order: the second `a.txt` becomes `a (1).txt`. Names that differ only in case count as
 * equal, because they would overwrite each other on Windows and macOS. A file never gets the name of a folder.
 * @param reserved names of files that are taken already.
 */
export function uniqueNames(wanted: readonly string[], reserved: readonly string[] = []): string[] {
  const taken = new Set(reserved.map(fold));
  const names = wanted.map((name) => outsideFiles(taken, name));
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

/** Renames a parent folder that has the name of one of `files`, because no unpacker could create both. */
function outsideFiles(files: ReadonlySet<string>, name: string): string {
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

/** Shortens the stem to fit `maxBytes` of UTF-8. Keeps the extension and never splits a character. */
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

/** Folds case. Goes through upper case, because only there sigma and final sigma are the same letter. */
function fold(name: string): string {
  return name.normalize('NFC').toLowerCase().toUpperCase().toLowerCase();
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
