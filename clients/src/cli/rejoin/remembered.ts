import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors.js';
import { writePrivateFile } from '../credentials/private-file.js';

/** How long an interrupted command rejoins its download. */
const UNFINISHED_MS = 24 * 3_600_000;

/** Shorter once its archive is saved, otherwise a nightly command would get the archive of yesterday. */
const SAVED_MS = 10 * 60_000;

/** The key of a start, kept until its archive is saved. */
export interface Remembered {
  key: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  savedAt?: number;
}

/** Remembers the key of each start, so that the same command finds its download again. */
export class RememberedStarts {
  constructor(
    private readonly folder: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** Returns the entry of an earlier run, or keeps a new one. Two commands that begin at once get the same. */
  async keyOf(id: string): Promise<Remembered & { isNew: boolean }> {
    const kept = await this.read(id);
    if (kept && this.isFresh(kept)) return { ...kept, isNew: false };
    if (kept) await rm(this.pathOf(id), { force: true });
    return this.keepNew(id);
  }

  /** Replaces the entry of an earlier run. */
  async renew(id: string): Promise<Remembered & { isNew: boolean }> {
    await rm(this.pathOf(id), { force: true });
    return this.keepNew(id);
  }

  /** Records that the archive was saved. */
  async saved(id: string): Promise<void> {
    const kept = await this.read(id);
    if (kept) await writePrivateFile(this.pathOf(id), JSON.stringify({ ...kept, savedAt: this.now() }));
  }

  async forget(id: string): Promise<void> {
    await rm(this.pathOf(id), { force: true });
  }

  private async keepNew(id: string): Promise<Remembered & { isNew: boolean }> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.removeOld();
    const entry = { key: randomUUID(), createdAt: this.now() };
    const temporary = `${this.pathOf(id)}.${entry.key}`;
    await writeFile(temporary, JSON.stringify(entry), { mode: 0o600, flag: 'wx' });
    try {
      // A link fails if the name exists, and never shows a part of the content.
      await link(temporary, this.pathOf(id));
      return { ...entry, isNew: true };
    } catch (error) {
      const other = systemCode(error) === 'EEXIST' ? await this.read(id) : undefined;
      if (other === undefined) throw error;
      return { ...other, isNew: false };
    } finally {
      await rm(temporary, { force: true });
    }
  }

  private async removeOld(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (!name.endsWith('.json')) continue;
      const entry = await this.read(name.slice(0, -'.json'.length));
      if (!entry || !this.isFresh(entry)) await rm(join(this.folder, name), { force: true });
    }
  }

  private isFresh({ createdAt, savedAt }: Remembered): boolean {
    const age = this.now() - (savedAt ?? createdAt);
    return age >= 0 && age < (savedAt === undefined ? UNFINISHED_MS : SAVED_MS);
  }

  /** Returns undefined for a missing or broken entry. */
  private async read(id: string): Promise<Remembered | undefined> {
    try {
      const entry = JSON.parse(await readFile(this.pathOf(id), 'utf8')) as Remembered;
      return typeof entry.key === 'string' && typeof entry.createdAt === 'number' ? entry : undefined;
    } catch (error) {
      if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  private pathOf(id: string): string {
    return join(this.folder, `${id}.json`);
  }
}

/** Identifies a command: the same server, user and request. */
export function commandId(url: string, token: string | undefined, request: object): string {
  return createHash('sha256')
    .update(JSON.stringify([url, userOf(token), request]))
    .digest('hex')
    .slice(0, 32);
}

/** Tells users apart by the subject of a JWT, which is renewed often, else by the key. */
function userOf(token: string | undefined): unknown {
  if (token === undefined) return null;
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;
    const { iss, sub } = claims as { iss?: unknown; sub?: unknown };
    if (typeof sub === 'string') return [iss ?? null, sub];
  } catch {
    // Not a JWT.
  }
  return token;
}
