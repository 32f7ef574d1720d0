import type { Dirent } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCodeOf } from '../../runtime/system-error.js';
import { isAbsent, isUnusable } from './file-errors.js';
import { isObjectKey, objectPath } from './path-guard.js';

const FOLDER_ATTEMPTS = 3;

/** A file below a folder. Its key is the relative path, with `/`. */
export interface FoundFile {
  key: string;
  path: string;
}

/**
 * Yields all files below `root` whose key begins with `prefix`, in the byte order of their keys, as S3 lists them.
 * @param startAfter skips keys up to and including this one.
 */
export async function* walk(root: string, prefix: string, startAfter = ''): AsyncGenerator<FoundFile> {
  // Start at the folder that the prefix names, so that no other folder is read.
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const start = folderPath(root, folder);
  if (start !== null)
    yield* walkEntries(await sortedEntries(start, isAbsent), start, folder, prefix, startAfter);
}

/**
 * Moves a file, and creates the folders it needs.
 * @returns the folders that got a new entry, innermost first.
 */
export async function moveInto(from: string, to: string): Promise<string[]> {
  return inParentFolder(to, async (folder, firstCreated) => {
    await rename(from, to);
    return foldersUpTo(folder, firstCreated === undefined ? folder : dirname(firstCreated));
  });
}

/** Creates a file, and the folders it needs. */
export async function createFile(path: string): Promise<FileHandle> {
  return inParentFolder(path, () => open(path, 'wx'));
}

/** Flushes the entries of a folder to disk. Best effort: Windows and some network shares reject it. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => null);
  try {
    await handle?.sync();
  } catch {
    // The entries exist. Only their durability in a power failure is left to the system.
  } finally {
    await handle?.close();
  }
}

/** Removes `folder` and its parents while they are empty, up to but not including `root`. */
export async function pruneEmpty(folder: string, root: string): Promise<void> {
  for (let current = folder; current !== root && current.startsWith(root); current = dirname(current)) {
    try {
      await rmdir(current);
    } catch (error) {
      if (!isAbsent(error)) return;
    }
  }
}

/**
 * Creates the parent folder of `path` and runs `step` in it. Retries, because `pruneEmpty` may remove the folder, which
 * is still empty, between the two.
 * @param step gets the folder, and the first folder that had to be created, if any.
 */
async function inParentFolder<T>(
  path: string,
  step: (folder: string, firstCreated: string | undefined) => Promise<T>,
): Promise<T> {
  const folder = dirname(path);
  for (let attempt = 1; ; attempt++) {
    const firstCreated = await mkdir(folder, { recursive: true });
    try {
      return await step(folder, firstCreated);
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT' || attempt === FOLDER_ATTEMPTS) throw error;
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

function folderPath(root: string, folder: string): string | null {
  if (folder === '') return root;
  try {
    return objectPath(root, folder.slice(0, -1));
  } catch {
    // No object can have such a key, so there is nothing to list.
    return null;
  }
}

async function* walkEntries(
  entries: readonly Entry[],
  folder: string,
  keyOfFolder: string,
  prefix: string,
  startAfter: string,
): AsyncGenerator<FoundFile> {
  for (const { name, isFolder } of entries) {
    const key = keyOfFolder + name;
    const path = join(folder, name);
    // Skip the store's own folders, and names that no key can have.
    if (!isObjectKey(key)) continue;
    if (!isFolder && key.startsWith(prefix) && isAfter(key, startAfter)) yield { key, path };
    if (isFolder && mayContain(`${key}/`, prefix)) {
      const inner = await sortedEntries(path, isUnusable);
      yield* walkEntries(inner, path, `${key}/`, prefix, startAfter);
    }
  }
}

interface Entry {
  name: string;
  isFolder: boolean;
}

/**
 * Sorts a folder by its name with a trailing `/`, as its keys sort: `a-b` comes before `a/b`.
 * @param isIgnored returns true for an error of a folder that then counts as empty.
 */
async function sortedEntries(folder: string, isIgnored: (error: unknown) => boolean): Promise<Entry[]> {
  const entries = (await entriesOf(folder, isIgnored)).map((entry) => {
    const isFolder = entry.isDirectory();
    return { name: entry.name, isFolder, order: Buffer.from(isFolder ? `${entry.name}/` : entry.name) };
  });
  return entries.toSorted((a, b) => Buffer.compare(a.order, b.order));
}

async function entriesOf(folder: string, isIgnored: (error: unknown) => boolean): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isIgnored(error)) return [];
    throw error;
  }
}

function isAfter(key: string, other: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0;
}

function mayContain(folderKey: string, prefix: string): boolean {
  return folderKey.startsWith(prefix) || prefix.startsWith(folderKey);
}
