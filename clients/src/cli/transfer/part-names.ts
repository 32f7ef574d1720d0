import { createHash, randomBytes } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { notSaved, systemCode } from '../errors.js';
import { shortened } from './safe-name.js';

/** Identifies an archive. */
export interface ArchiveIdentity {
  size: number;
  checksum: string;
}

/** A part beside its final file. */
export interface Part {
  path: string;
  /** Tells archives apart. */
  archive: string;
  isInUse: boolean;
  size: number;
  mtimeMs: number;
  /** Names of the same file; two after a crash between the last two steps. */
  nlink: number;
}

/** A command touches its part this often. */
export const BEAT_MS = 1_000;

/** A part that nobody touched for this long belongs to a killed command. No clocks are compared. */
const WATCH_MS = 3 * BEAT_MS;

const TAIL = /^\.([\da-f]{12})(\.[\da-f]{16})?\.part$/;

/** Returns the word for an archive in the names of its parts. */
export function archiveWord({ size, checksum }: ArchiveIdentity): string {
  return createHash('sha256').update(`${checksum} ${size}`).digest('hex').slice(0, 12);
}

/** `NAME.<archive>.part`: a part that no command writes. */
export function restingPath(finalPath: string, archive: string): string {
  return join(dirname(finalPath), `${nameOf(finalPath)}.${archive}.part`);
}

/** `NAME.<archive>.<run>.part`: a part of one command alone. */
export function ownPath(finalPath: string, archive: string): string {
  return restingPath(finalPath, `${archive}.${randomBytes(8).toString('hex')}`);
}

/**
 * Lists the parts that no command writes any more. Takes some seconds if one looks as if it were in use.
 * @throws CommandError if a command saves to the same place now.
 */
export async function abandonedParts(finalPath: string, signal: AbortSignal): Promise<Part[]> {
  const before = await partsOf(finalPath);
  if (!before.some(({ isInUse }) => isInUse)) return before;
  await delay(WATCH_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  const now = await partsOf(finalPath);
  const isStill = ({ path, size, mtimeMs }: Part) =>
    before.some((part) => part.path === path && part.size === size && part.mtimeMs === mtimeMs);
  if (now.some((part) => part.isInUse && !isStill(part))) throw savedByAnother(finalPath);
  return now;
}

export function savedByAnother(finalPath: string) {
  return notSaved(`Another command saves to ${finalPath} now. Wait for it, or choose another name with -o.`);
}

/** Leaves room for the endings. */
function nameOf(finalPath: string): string {
  return shortened(basename(finalPath));
}

async function partsOf(finalPath: string): Promise<Part[]> {
  const folder = dirname(finalPath);
  const name = nameOf(finalPath);
  const parts: Part[] = [];
  for (const found of await readdir(folder)) {
    const [, archive, run] = (found.startsWith(name) && TAIL.exec(found.slice(name.length))) || [];
    if (archive === undefined) continue;
    const path = join(folder, found);
    const info = await infoOf(path, finalPath);
    if (!info.isFile()) continue;
    const { size, mtimeMs, nlink } = info;
    parts.push({ path, archive, isInUse: run !== undefined, size, mtimeMs, nlink });
  }
  return parts;
}

async function infoOf(path: string, finalPath: string) {
  try {
    return await lstat(path);
  } catch (error) {
    // A command gave it another name at this moment.
    throw systemCode(error) === 'ENOENT' ? savedByAnother(finalPath) : error;
  }
}
