import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { isAbsent } from './file-errors.js';
import { moveInto, pruneEmpty } from './file-tree.js';
import { objectPath } from './path-guard.js';

/** The properties of an object that are stored beside its bytes. */
export interface Sidecar {
  contentType: string | null;
  metadata: Record<string, string>;
}

const EMPTY: Sidecar = { contentType: null, metadata: {} };

/**
 * Small JSON files in a separate tree. The name of a sidecar contains the version of the bytes it belongs to. It can
 * therefore be written before the object appears, and no reader combines old bytes with new metadata or vice versa.
 */
export class Sidecars {
  constructor(private readonly root: string) {}

  /** Reads the sidecar of this version; empty for a file that was not written by the store. */
  async read(key: string, version: BigIntStats): Promise<Sidecar> {
    try {
      const content = await readFile(this.pathOf(key, version), 'utf8');
      return { ...EMPTY, ...(JSON.parse(content) as Partial<Sidecar>) };
    } catch (error) {
      if (isAbsent(error) || error instanceof SyntaxError) return EMPTY;
      throw error;
    }
  }

  /** @param temporary path of the file until it is complete. */
  async write(key: string, version: BigIntStats, sidecar: Sidecar, temporary: string): Promise<void> {
    if (sidecar.contentType === null && Object.keys(sidecar.metadata).length === 0) return;
    await writeFile(temporary, JSON.stringify(sidecar));
    await moveInto(temporary, this.pathOf(key, version));
  }

  /** Removes the sidecar of a replaced version. */
  async removeReplaced(key: string, replaced: BigIntStats, current: BigIntStats): Promise<void> {
    // Versions written within one tick of the file system's clock can share a sidecar name.
    if (nameOf(replaced) !== nameOf(current)) await this.remove(key, replaced);
  }

  /** Removes all sidecars of an object, or only the one of `version`. Idempotent. */
  async remove(key: string, version?: BigIntStats): Promise<void> {
    const folder = objectPath(this.root, key);
    const names = version ? [nameOf(version)] : await this.namesIn(folder);
    await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
    await pruneEmpty(folder, this.root);
  }

  private pathOf(key: string, version: BigIntStats): string {
    return join(objectPath(this.root, key), nameOf(version));
  }

  /** Lists the sidecars in a folder. Subfolders belong to other objects, whose keys continue this one. */
  private async namesIn(folder: string): Promise<string[]> {
    try {
      const entries = await readdir(folder, { withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  }
}

/** Omits the inode, so that a folder copied with its times keeps its metadata. */
function nameOf({ size, mtimeNs }: BigIntStats): string {
  return `${size}-${mtimeNs}.json`;
}
