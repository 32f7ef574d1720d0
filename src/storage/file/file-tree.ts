import type { Dirent } from 'node:fs';
import { mkdir, open, readdir, rename, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCodeOf } from '../../runtime/system-error.js';
import { isAbsent } from './file-errors.js';
import { isObjectKey, objectPath } from './path-guard.js';

/** A file below a folder; its key is the way there, with `/`. */
export interface FoundFile {
  key: string;
  path: string;
}

/**
 * All files below `root` whose key begins with `prefix`, in the byte order of their keys, as S3 lists them.
 * @param startAfter only those behind this key.
 */
export async function* walk(root: string, prefix: string, startAfter = ''): AsyncGenerator<FoundFile> {
  // Straight to the folder that the prefix names: the others need not be read.
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const start = startOf(root, folder);
  if (start !== null) yield* walkFolder(start, folder, prefix, startAfter);
}

/**
 * Moves a file to where it belongs, making the folders it needs.
 * @returns the folders in which a name is new, the innermost first.
 */
export async function moveInto(from: string, to: string): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    const folder = dirname(to);
    const firstMade = await mkdir(folder, { recursive: true });
    try {
      await rename(from, to);
      return foldersUpTo(folder, firstMade === undefined ? folder : dirname(firstMade));
    } catch (error) {
      // Somebody who deleted a neighbour has removed the folder, which was empty, just now.
      if (systemCodeOf(error) !== 'ENOENT' || attempt === 3) throw error;
    }
  }
}

/** Puts the names in a folder on the disk. Best effort: Windows and some network shares refuse it, and do it anyway. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => null);
  try {
    await handle?.sync();
  } catch {
    // What was asked for is there; only whether it outlasts a power cut is left to the system.
  } finally {
    await handle?.close();
  }
}

/** Removes `folder` and the folders above it as long as they are empty, `root` not included. */
export async function pruneEmpty(folder: string, root: string): Promise<void> {
  for (let current = folder; current !== root && current.startsWith(root); current = dirname(current)) {
    try {
      await rmdir(current);
    } catch (error) {
      if (!isAbsent(error)) return;
    }
  }
}

function foldersUpTo(inner: string, outer: string): string[] {
  const folders = [inner];
  for (let current = inner; current !== outer && current !== dirname(current);) {
    current = dirname(current);
    folders.push(current);
  }
  return folders;
}

function startOf(root: string, folder: string): string | null {
  if (folder === '') return root;
  try {
    return objectPath(root, folder.slice(0, -1));
  } catch {
    // No object can have such a key, so that none is listed.
    return null;
  }
}

async function* walkFolder(
  folder: string,
  keyOfFolder: string,
  prefix: string,
  startAfter: string,
): AsyncGenerator<FoundFile> {
  for (const { name, isFolder } of await sortedEntries(folder)) {
    const key = keyOfFolder + name;
    const path = join(folder, name);
    // The store's own folders, and names that no key can have.
    if (!isObjectKey(key)) continue;
    if (!isFolder && key.startsWith(prefix) && isBehind(key, startAfter)) yield { key, path };
    if (isFolder && mayHold(`${key}/`, prefix)) yield* walkFolder(path, `${key}/`, prefix, startAfter);
  }
}

interface Entry {
  name: string;
  isFolder: boolean;
}

/** A folder stands where its name with `/` behind stands among the keys: so `a-b` comes before `a/b`. */
async function sortedEntries(folder: string): Promise<Entry[]> {
  const entries = (await entriesOf(folder)).map((entry) => {
    const isFolder = entry.isDirectory();
    return { name: entry.name, isFolder, order: Buffer.from(isFolder ? `${entry.name}/` : entry.name) };
  });
  return entries.toSorted((a, b) => Buffer.compare(a.order, b.order));
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function isBehind(key: string, other: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0;
}

function mayHold(folderKey: string, prefix: string): boolean {
  return folderKey.startsWith(prefix) || prefix.startsWith(folderKey);
}
