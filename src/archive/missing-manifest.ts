import { Readable } from 'node:stream';
import type { FileId, MissingFile } from '../contract/files.js';
import type { ArchiveEntry } from './streamed/archive-stream.js';

/** Name of the entry that lists the files missing from the archive, with the reasons. */
export const MISSING_MANIFEST_NAME = '_manifest.json';

interface MissingManifest {
  jobId: string;
  included: number;
  missing: { fileId: FileId; code: string; message: string }[];
}

/** Creates the entry that documents which files an incomplete archive lacks. */
export function missingManifestEntry(
  jobId: string,
  included: number,
  missing: readonly MissingFile[],
): ArchiveEntry {
  const manifest: MissingManifest = {
    jobId,
    included,
    missing: missing.map(({ fileId, code, message }) => ({ fileId, code, message })),
  };
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  return {
    name: MISSING_MANIFEST_NAME,
    size: bytes.length,
    contentType: 'application/json',
    body: Readable.from([bytes], { objectMode: false }),
  };
}
