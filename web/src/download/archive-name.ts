import type { FileId } from 'longhaul/client';
import type { Files } from 'longhaul/react';

const MAX_LENGTH = 100;

/**
 * Names an archive after its only file, the folder that all its files are in, or their number and the day. Downloads of
 * a day are then told apart.
 */
export function archiveName(ids: readonly FileId[], files: Pick<Files, 'get'>, now = new Date()): string {
  const names = ids.map((id) => files.get(id)?.name ?? '');
  const [first = ''] = names;
  const folder = first.slice(0, first.lastIndexOf('/') + 1);
  const isShared = folder !== '' && names.every((name) => name.startsWith(folder));
  const name = ids.length === 1 ? stemOf(first) : isShared ? stemOf(folder.slice(0, -1)) : '';
  return name || `${ids.length}-files-${day(now)}`;
}

/** The last part of a path, without its extension. */
function stemOf(path: string): string {
  const base = path.split('/').at(-1)!;
  const stem = base.replace(/(?<=[^.])\.[^.]{1,8}$/, '');
  return stem.slice(0, MAX_LENGTH).replace(/^[.\s]+|[.\s]+$/g, '');
}

/** In the zone of the reader. */
function day(now: Date): string {
  return `${now.getFullYear()}-${twoDigits(now.getMonth() + 1)}-${twoDigits(now.getDate())}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
