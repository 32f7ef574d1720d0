import { constants } from 'node:fs';
import { access, lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DownloadRequest } from '../../client/index.js';
import { notSaved, systemCode } from '../errors.js';
import type { NamedOutput } from '../request/download-request.js';
import { splitName } from '../request/formats.js';
import { diskFailure } from './disk-failure.js';
import { safeName } from './safe-name.js';

/** Where an archive goes. */
export type Target =
  | { kind: 'stdout' }
  /** A device or pipe, which is written in place. */
  | { kind: 'device'; path: string; isPipe: boolean }
  | { kind: 'file'; path: string }
  /** The archive names the file. */
  | { kind: 'folder'; path: string };

/**
 * Finds out where `-o` leads, before anything is started.
 * @throws CommandError for an existing file without `force`, and for a folder that is missing or read-only.
 */
export async function targetOf(output: string | undefined, force: boolean): Promise<Target> {
  if (output === '-') return { kind: 'stdout' };
  const path = output || '.';
  const info = await statOf(path);
  if (info?.isDirectory() || /[/\\]$/.test(path)) {
    await assertWritable(path, path);
    return { kind: 'folder', path };
  }
  if (info && !info.isFile() && !info.isSymbolicLink())
    return { kind: 'device', path, isPipe: info.isFIFO() };
  if (info && !force) throw exists(path);
  // A rename would replace the link, not its target.
  const isLink = info?.isFile() && (await lstat(path)).isSymbolicLink();
  const place = isLink ? await realpath(path) : path;
  await assertWritable(dirname(place), path);
  return { kind: 'file', path: place };
}

/** Returns the path of the file. @throws CommandError for an existing file without `force`. */
export async function filePath(
  target: Extract<Target, { kind: 'file' | 'folder' }>,
  archiveName: string,
  force: boolean,
): Promise<string> {
  if (target.kind === 'file') return target.path;
  const path = target.path === '.' ? safeName(archiveName) : join(target.path, safeName(archiveName));
  await assertAbsent(path, force);
  return path;
}

/**
 * Checks the file that a named archive becomes in a folder. Without a name, only the server can tell.
 * @throws CommandError for an existing file without `force`.
 */
export async function assertNameFree(
  target: Target,
  { name, format = 'zip' }: NonNullable<DownloadRequest['archive']> = {},
  force: boolean,
): Promise<void> {
  if (target.kind !== 'folder' || name === undefined) return;
  const ending = `.${format}`;
  const stem = name.trim();
  // As the server names it.
  await filePath(target, stem.toLowerCase().endsWith(ending) ? stem : stem + ending, force);
}

/** @throws CommandError for an existing file without `force`. */
export async function assertAbsent(path: string, force: boolean): Promise<void> {
  const info = await statOf(path);
  if (info?.isDirectory()) throw diskFailure(path, { code: 'EISDIR' });
  if (info && !force) throw exists(path);
}

/** Name and format that the path of a file gives to its archive. */
export function namedBy(target: Target): NamedOutput {
  if (target.kind !== 'file') return {};
  const { stem, format } = splitName(basename(target.path));
  return { ...(stem === '' ? {} : { name: stem }), ...(format && { format }) };
}

export function exists(path: string) {
  return notSaved(`${path} exists. Choose another name with -o, or replace it with --force.`);
}

/** Describes a file, or the link itself if it leads nowhere. */
async function statOf(path: string) {
  for (const ask of [stat, lstat]) {
    try {
      return await ask(path);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw diskFailure(path, error);
    }
  }
  return undefined;
}

async function assertWritable(folder: string, path: string): Promise<void> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw diskFailure(path, error);
  }
}
