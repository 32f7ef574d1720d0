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

/** Returns the text that documents which files an incomplete archive lacks. */
export function missingManifest(jobId: string, included: number, missing: readonly MissingFile[]): Buffer {
  const manifest: MissingManifest = {
    jobId,
    included,
    missing: missing.map(({ fileId, code, message }) => ({ fileId, code, message })),
  };
  return Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
}

/** Creates the entry with the manifest. */
export function missingManifestEntry(
  jobId: string,
  included: number,
  missing: readonly MissingFile[],
): ArchiveEntry {
  const bytes = missingManifest(jobId, included, missing);
  return {
    name: MISSING_MANIFEST_NAME,
    size: bytes.length,
    contentType: 'application/json',
    body: Readable.from([bytes], { objectMode: false }),
  };
}
