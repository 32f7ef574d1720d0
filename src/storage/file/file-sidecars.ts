import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { isAbsent } from './file-errors.js';
import { moveInto, pruneEmpty } from './file-tree.js';
import { objectPath } from './path-guard.js';

/** What is kept of an object beside its bytes. */
export interface Sidecar {
  contentType: string | null;
  metadata: Record<string, string>;
}

const NOTHING: Sidecar = { contentType: null, metadata: {} };

/**
 * Small JSON files in a tree of their own. A sidecar belongs to one version of the bytes, by its name: so it can be
 * written before the object appears, and nobody ever sees old bytes with new metadata or the other way round.
 */
export class Sidecars {
  constructor(private readonly root: string) {}

  /** What was stored with this version; nothing for a file that somebody put there by hand. */
  async read(key: string, version: BigIntStats): Promise<Sidecar> {
    try {
      const content = await readFile(this.pathOf(key, version), 'utf8');
      return { ...NOTHING, ...(JSON.parse(content) as Partial<Sidecar>) };
    } catch (error) {
      if (isAbsent(error) || error instanceof SyntaxError) return NOTHING;
      throw error;
    }
  }

  /** @param temporary where a file may lie until it is whole. */
  async write(key: string, version: BigIntStats, sidecar: Sidecar, temporary: string): Promise<void> {
    if (sidecar.contentType === null && Object.keys(sidecar.metadata).length === 0) return;
    await writeFile(temporary, JSON.stringify(sidecar));
    await moveInto(temporary, this.pathOf(key, version));
  }

  /** Removes the sidecar of a version that another one has replaced. */
  async replace(key: string, replaced: BigIntStats, by: BigIntStats): Promise<void> {
    // Two versions written within one tick of the file system's clock may share the name.
    if (nameOf(replaced) !== nameOf(by)) await this.remove(key, replaced);
  }

  /** Removes the sidecars of an object; only the one of `version` when that is given. */
  async remove(key: string, version?: BigIntStats): Promise<void> {
    const folder = objectPath(this.root, key);
    const names = version ? [nameOf(version)] : await this.namesIn(folder);
    await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
    await pruneEmpty(folder, this.root);
  }

  private pathOf(key: string, version: BigIntStats): string {
    return join(objectPath(this.root, key), nameOf(version));
  }

  /** Folders are those of other objects, whose keys go on from here. */
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

/** Without the inode, so that a copied folder keeps its metadata when the times were copied too. */
function nameOf({ size, mtimeNs }: BigIntStats): string {
  return `${size}-${mtimeNs}.json`;
}
