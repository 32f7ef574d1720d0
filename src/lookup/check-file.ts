import { LonghaulError } from '../contract/errors.js';
import type { FileId } from '../contract/files.js';
import type { Catalogue } from '../source/catalogue/catalogue.js';
import type { FileSource } from '../source/file-source.js';

const LOOKUP_DEADLINE_MS = 4_000;

/** Looks one file up the way preparing a job would. */
export class SourceLookup {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly source: FileSource,
  ) {}

  /** @returns undefined when the file does not exist, the user may not have it, or no job could read it. */
  async lookUp(userId: string, fileId: FileId): Promise<{ key: string | null; size: number } | undefined> {
    const deadline = AbortSignal.timeout(LOOKUP_DEADLINE_MS);
    try {
      const [entry] = await this.catalogue.resolve(userId, [fileId], deadline);
      if (entry?.outcome !== 'found') return undefined;
      const { source, size } = await this.source.find(entry.location, deadline);
      return { key: source.kind === 'object' ? source.key : null, size };
    } catch (error) {
      if (error instanceof LonghaulError && MISSING.has(error.code)) return undefined;
      if (deadline.aborted) {
        throw new LonghaulError(
          'STORAGE_UNAVAILABLE',
          'What has the files does not answer. Try again shortly.',
          { cause: error },
        );
      }
      throw error;
    }
  }
}

/** What a job finds missing: to a stranger it is all the same. */
const MISSING: ReadonlySet<string> = new Set([
  'FILE_NOT_FOUND',
  'FILE_FORBIDDEN',
  'FILE_CHANGED',
  'FILE_UNREADABLE',
  'FILE_TOO_LARGE',
]);
