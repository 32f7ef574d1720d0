import type { ArchiveFormat } from './job.js';

const ARCHIVE_TYPES: Record<ArchiveFormat, string> = {
  zip: 'application/zip',
  tar: 'application/x-tar',
  'tar.gz': 'application/gzip',
};

/** Returns the media type of an archive. */
export function archiveContentType(format: ArchiveFormat): string {
  return ARCHIVE_TYPES[format];
}
