import type { FileId } from 'longhaul/client';

/** The contents of a link to the page: `#files=70000,70001&name=photos`, `#job=ID`. */
export interface PageLink {
  fileIds: FileId[];
  /** Name of the archive. */
  name: string | null;
  jobId: string | null;
}

/** @param hash as in `location.hash`. */
export function readLink(hash: string): PageLink {
  const fields = new URLSearchParams(hash.slice(1));
  const { ids } = parseFileIds((fields.get('files') ?? '').replaceAll(',', '\n'));
  return { fileIds: ids, name: fields.get('name')?.trim() || null, jobId: fields.get('job') };
}

/** Reads file ids, one a line, each once. `rest` are lines that cannot be ids. */
export function parseFileIds(text: string): { ids: FileId[]; rest: string[] } {
  const lines = text.split(/[\n,;\s]+/).filter(Boolean);
  return {
    ids: [...new Set(lines.filter(isId).map(fileIdOf))],
    rest: lines.filter((line) => !isId(line)),
  };
}

function isId(line: string): boolean {
  return /^(?!\.+$)[\w.-]{1,128}$/.test(line);
}

/** The API tells whole numbers of this range as numbers, everything else as text. */
function fileIdOf(text: string): FileId {
  const number = /^[1-9]\d*$/.test(text) ? Number(text) : 0;
  return number >= 10_000 && number <= 100_000_000 ? number : text;
}
