import { runAs } from '../concurrency/work-owner.js';
import { LonghaulError } from '../contract/errors.js';
import type { FileId } from '../contract/files.js';
import { type LookUpDependencies, lookUpFiles } from './look-up-files.js';

const TIMEOUT_MS = 4_000;

/** Checks one file by the same rules as a job. */
export class FileCheck {
  constructor(private readonly deps: LookUpDependencies) {}

  /**
   * @returns undefined when a job would report the file as missing.
   * @throws LonghaulError STORAGE_UNAVAILABLE after 4 s, and the errors of `lookUpFiles`.
   */
  async lookUp(userId: string, fileId: FileId): Promise<{ key: string | null; size: number } | undefined> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const input = { userId, files: [fileId], firstIndex: 0 };
      const [line] = await runAs(userId, () => lookUpFiles(this.deps, input, { signal }));
      if (!line || 'missing' in line) return undefined;
      const { source, size } = line.found;
      return { key: source.kind === 'object' ? source.key : null, size };
    } catch (cause) {
      if (!signal.aborted) throw cause;
      const message = 'The file source is not responding. Try again in a minute.';
      throw new LonghaulError('STORAGE_UNAVAILABLE', message, { cause });
    }
  }
}
