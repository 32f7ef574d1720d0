import type { PlanEntry } from '../../archive/zip/plan/plan.js';
import type { MissingFile } from '../../contract/files.js';
import type { OnFileError } from '../../contract/job.js';
import type { Logger } from '../../telemetry/logger.js';
import { assertNotInBulk } from '../build/assert-not-in-bulk.js';
import { FileLostError, toFileLost } from '../build/file-lost.js';
import { logRefused } from '../log-refused.js';

/** Turns the read errors of one attempt at a segment into outcomes of files, or failures of the attempt. */
export class LostFiles {
  private readonly skipsLost: boolean;
  private readonly skipsFailing: boolean;
  private readonly log: (missing: MissingFile, reason: unknown) => void;
  private readonly lost: MissingFile[];

  /** @param known The missing files that are known before. */
  constructor(
    onFileError: OnFileError,
    private readonly totalFiles: number,
    { isLastAttempt, logger }: { isLastAttempt: boolean; logger: Logger },
    known: readonly MissingFile[] = [],
  ) {
    this.lost = [...known];
    this.skipsLost = onFileError === 'skip';
    this.skipsFailing = this.skipsLost && isLastAttempt;
    this.log = logRefused(logger);
  }

  /** @throws unless the job skips the file. @see OnReadError */
  readonly onReadError = (entry: PlanEntry, cause: unknown): MissingFile => {
    const error = toFileLost(entry, cause, this.skipsFailing);
    if (!this.skipsLost || !(error instanceof FileLostError)) throw error;
    this.log(error.missing, cause);
    this.lost.push(error.missing);
    assertNotInBulk(this.lost, this.totalFiles);
    return error.missing;
  };
}
