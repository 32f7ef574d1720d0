import type { MissingFile, PreparedFile } from '../../contract/files.js';

/** A file in the archive. */
export type IncludedFile = Pick<PreparedFile, 'index' | 'fileId' | 'name' | 'size'>;

/** Included and missing files of one build, until it restarts. */
export class BuildOutcome {
  readonly included: IncludedFile[] = [];
  readonly missing: MissingFile[];

  constructor(missing: readonly MissingFile[]) {
    this.missing = [...missing];
  }

  totals(): { bytes: number; files: number; skipped: number } {
    const bytes = this.included.reduce((total, file) => total + file.size, 0);
    return { bytes, files: this.included.length, skipped: this.missing.length };
  }
}
