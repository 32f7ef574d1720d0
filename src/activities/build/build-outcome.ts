import type { MissingFile, PreparedFile } from '../../contract/files.js';

/** What became of each file in one pass of a build. */
export class BuildOutcome {
  readonly included: PreparedFile[] = [];
  readonly missing: MissingFile[];

  constructor(missing: readonly MissingFile[]) {
    this.missing = [...missing];
  }

  totals(): { bytes: number; files: number; skipped: number } {
    const bytes = this.included.reduce((total, file) => total + file.size, 0);
    return { bytes, files: this.included.length, skipped: this.missing.length };
  }
}
