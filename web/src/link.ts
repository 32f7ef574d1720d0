import type { FileId } from 'longhaul/client';

/** The contents of a link to the page: `#files=70000,70001&name=photos`, `#job=ID`. */
export interface PageLink {
  fileIds: FileId[];
  /** Entries that cannot be file ids. */
  rest: string[];
  /** Name of the archive. */
  name: string | null;
  /** A name that no archive may have. */
  badName: string | null;
  jobId: string | null;
}

/** @param hash as in `location.hash`. */
export function readLink(hash: string): PageLink {
  const fields = new URLSearchParams(hash.slice(1));
  const { ids, rest } = parseFileIds(fields.get('files') ?? '');
  const name = fields.get('name')?.trim() || null;
  const isGood = name === null || NAME.test(name);
  return {
    fileIds: ids,
    rest,
    name: isGood ? name : null,
    badName: isGood ? null : name,
    jobId: fields.get('job'),
  };
}

/** Reads file ids, one a line, each once. `rest` are lines that cannot be ids. */
export function parseFileIds(text: string): { ids: FileId[]; rest: string[] } {
  const lines = text.split(/[\n,;\s]+/).filter(Boolean);
  return {
    ids: [...new Set(lines.filter(isId).map(fileIdOf))],
    rest: lines.filter((line) => !isId(line)),
  };
}

/** The rule of the API: no slashes, no control or invisible characters, not only dots. */
const NAME =
  // eslint-disable-next-line no-control-regex -- rejects control characters
  /^(?!\.+$)[^\\/\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]{1,248}$/;

function isId(line: string): boolean {
  return /^(?!\.+$)[\w.-]{1,128}$/.test(line);
}

/** The API tells whole numbers of this range as numbers, everything else as text. */
function fileIdOf(text: string): FileId {
  const number = /^[1-9]\d*$/.test(text) ? Number(text) : 0;
  return number >= 10_000 && number <= 100_000_000 ? number : text;
}
