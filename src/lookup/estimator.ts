import { type LookUpDependencies, lookUpFiles } from './look-up-files.js';
import { runAs } from '../concurrency/work-owner.js';
import { archiveSizeBound } from '../archive/archive-size.js';
import { missingManifestEntry } from '../archive/missing-manifest.js';
import { namesInArchive } from '../archive/names-in-archive.js';
import type { FilesEstimate } from '../contract/http/answers.js';
import type { DownloadJob } from '../contract/job.js';
import type { MissingFile, PreparedFile } from '../contract/files.js';

/** Predicts the result of a job by looking up its files as a worker would. Starts and stores nothing. */
export class DownloadEstimator {
  constructor(private readonly deps: LookUpDependencies) {}

  /** @throws the errors of `lookUpFiles`, and the signal's reason. */
  async estimate(job: DownloadJob, signal: AbortSignal): Promise<FilesEstimate> {
    const { userId, files } = job;
    const input = { userId, files, firstIndex: 0 };
    const lines = await runAs(userId, () => lookUpFiles(this.deps, input, { signal }));
    const found = lines.flatMap((line) => ('found' in line ? [line.found] : []));
    const missing = lines.flatMap((line) => ('missing' in line ? [line.missing] : []));
    const names = namesInArchive(found);
    const entries = found.map(({ fileId, size }, i) => ({ fileId, name: names[i]!, size }));
    return {
      files: entries,
      missing: missing.map(({ fileId, code, message }) => ({ fileId, code, message })),
      renamed: found.flatMap((file, i) => renamedTo(names[i]!, file, job)),
      bytesTotal: found.reduce((total, { size }) => total + size, 0),
      archiveBytes: archiveBytes(job, entries, missing),
    };
  }
}

function renamedTo(name: string, file: PreparedFile, { files }: DownloadJob): FilesEstimate['renamed'] {
  const requested = files[file.index];
  const wanted = typeof requested === 'object' ? requested.name : file.name;
  return name === wanted ? [] : [{ fileId: file.fileId, name, insteadOf: wanted }];
}

function archiveBytes(job: DownloadJob, entries: { name: string; size: number }[], missing: MissingFile[]) {
  const { format } = job.archive;
  const manifest = missing.length > 0 ? [missingManifestEntry(job.jobId, entries.length, missing)] : [];
  return archiveSizeBound(format, [...entries, ...manifest]);
}
