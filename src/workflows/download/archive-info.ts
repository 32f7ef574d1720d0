import { archiveContentType } from '../../contract/media-types.js';
import type { ArchiveInfo, BuiltArchive } from '../../contract/snapshot.js';
import type { DownloadJob } from '../../contract/job.js';

/** Returns the public description of a finished archive. */
export function archiveInfo(job: DownloadJob, built: BuiltArchive): ArchiveInfo {
  return {
    name: job.archive.name,
    size: built.size,
    contentType: archiveContentType(job.archive.format),
    checksum: built.checksum,
    files: built.files,
    skipped: built.skipped,
  };
}
