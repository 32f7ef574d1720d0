import pMap from 'p-map';
import { safeEntryName } from '../archive/entry-names.js';
import { type ErrorCode, LonghaulError } from '../contract/errors.js';
import { fileIdOf, type MissingFile, type PreparedLine, type RequestedFile } from '../contract/files.js';
import type { Catalogue, CatalogueEntry } from '../source/catalogue/catalogue.js';
import type { FileSource } from '../source/file-source.js';
import { aboutFile, naming } from './about-file.js';

/** Lookups under way at once: enough to hide the store's latency, few enough not to be throttled. */
const LOOKUP_CONCURRENCY = 32;

export interface LookUpOptions {
  signal: AbortSignal;
  /** A file whose own server is out of order is missing, and does not fail the others. */
  givesUp?: boolean;
}

const MISSING_REASONS: Partial<Record<ErrorCode, string>> = {
  FILE_NOT_FOUND: 'does not exist',
  FILE_FORBIDDEN: 'may not be read',
};

/** What makes one file missing besides, in the words of the error. */
const UNUSABLE: ReadonlySet<ErrorCode> = new Set(['FILE_CHANGED', 'FILE_UNREADABLE', 'FILE_TOO_LARGE']);

/** What looking files up needs. */
export interface LookUp {
  catalogue: Catalogue;
  source: FileSource;
}

/** Finds files and pins their versions, or says why one cannot be had; one line per file, in their order. */
export async function lookUpFiles(
  deps: LookUp,
  input: { userId: string; files: readonly RequestedFile[]; firstIndex: number },
  options: LookUpOptions,
): Promise<PreparedLine[]> {
  const { signal } = options;
  const entries = await deps.catalogue.resolve(input.userId, input.files.map(fileIdOf), signal);
  return pMap(
    entries.map((entry, i) => ({ entry, file: input.files[i]!, index: input.firstIndex + i })),
    ({ entry, file, index }) => prepareFile(deps, entry, file, index, options),
    { concurrency: LOOKUP_CONCURRENCY, signal },
  );
}

async function prepareFile(
  { source }: LookUp,
  entry: CatalogueEntry,
  requested: RequestedFile,
  index: number,
  { signal, givesUp = false }: LookUpOptions,
): Promise<PreparedLine> {
  if (entry.outcome !== 'found') {
    return {
      missing: missingFile(index, entry, entry.outcome === 'missing' ? 'FILE_NOT_FOUND' : 'FILE_FORBIDDEN'),
    };
  }
  try {
    const { name, ...found } = await source.find(entry.location, signal);
    const wanted = typeof requested === 'object' ? requested.name : (entry.name ?? name);
    return { found: { index, fileId: entry.fileId, ...found, name: safeEntryName(wanted) } };
  } catch (error) {
    const { fileId } = entry;
    if (!(error instanceof LonghaulError)) throw error;
    if (MISSING_REASONS[error.code]) return { missing: missingFile(index, entry, error.code) };
    const isUnusable = UNUSABLE.has(error.code) || (givesUp && error.code === 'SOURCE_UNAVAILABLE');
    if (!isUnusable) throw naming(fileId, error);
    return { missing: { index, fileId, code: error.code, message: aboutFile(fileId, error.message) } };
  }
}

function missingFile(index: number, { fileId }: CatalogueEntry, code: ErrorCode): MissingFile {
  return { index, fileId, code, message: `File ${fileId} ${MISSING_REASONS[code] ?? 'cannot be had'}.` };
}
