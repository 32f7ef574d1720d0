import { setMaxListeners } from 'node:events';
import pMap from 'p-map';
import { safeEntryName } from '../archive/entry-names.js';
import { FileError } from '../contract/file-error.js';
import { fileIdOf, type MissingFile, type PreparedLine, type RequestedFile } from '../contract/files.js';
import type { Catalogue, CatalogueEntry, FileLocation } from '../source/catalogue/catalogue.js';
import type { FileSource } from '../source/file-source.js';
import { missingFile, nameFile } from './missing-file.js';

/** Lookups at once. More than a store or server takes from one job, so that their limits decide. */
const LOOKUP_CONCURRENCY = 128;

export interface LookUpOptions {
  signal: AbortSignal;
  /** True when a file that its store or server fails to deliver is missing, instead of failing the whole lookup. */
  skipsFailing?: boolean;
  /** Receives the reason of each file that exists and cannot be downloaded, for operators. */
  onRefused?: (missing: MissingFile, reason: unknown) => void;
}

export interface LookUpDependencies {
  catalogue: Catalogue;
  source: FileSource;
}

/**
 * Finds files and pins their versions. Returns one line per file, in the same order.
 * @throws LonghaulError for errors that concern more than one file or that a retry may fix.
 */
export async function lookUpFiles(
  { catalogue, source }: LookUpDependencies,
  input: { userId: string; files: readonly RequestedFile[]; firstIndex: number },
  options: LookUpOptions,
): Promise<PreparedLine[]> {
  const { signal } = options;
  // Every pending request adds a listener, and Node warns about more than ten.
  setMaxListeners(0, signal);
  const entries = await catalogue.resolve(input.userId, input.files.map(fileIdOf), signal);
  return pMap(
    entries.map((entry, i) => ({ entry, requested: input.files[i]!, index: input.firstIndex + i })),
    (file) => lookUpFile(source, file, options),
    { concurrency: LOOKUP_CONCURRENCY, signal },
  );
}

async function lookUpFile(
  source: FileSource,
  { entry, requested, index }: { entry: CatalogueEntry; requested: RequestedFile; index: number },
  { signal, skipsFailing = false, onRefused }: LookUpOptions,
): Promise<PreparedLine> {
  const { fileId } = entry;
  try {
    const { name, ...found } = await source.find(locationOf(entry), signal);
    const wanted =
      typeof requested === 'object'
        ? { name: safeEntryName(requested.name), nameIsRequested: true as const }
        : { name: safeEntryName(nameIn(entry) ?? name) };
    const modifiedAt = modifiedIn(entry) ?? found.modifiedAt;
    return { found: { index, fileId, ...found, ...wanted, modifiedAt } };
  } catch (error) {
    const file = { index, fileId };
    const missing = missingFile(file, error, { step: 'inLookup', skipsFailing });
    if (!missing) throw nameFile(file, error);
    if (missing.code !== 'FILE_NOT_FOUND') onRefused?.(missing, error);
    return { missing };
  }
}

/** @throws FileError when the catalogue has no location for this user. */
function locationOf(entry: CatalogueEntry): FileLocation {
  if (entry.outcome === 'found') return entry.location;
  if (entry.outcome === 'missing') throw new FileError('FILE_NOT_FOUND', 'does not exist.');
  if (entry.outcome === 'forbidden') {
    throw new FileError('FILE_FORBIDDEN', 'may not be read. The catalogue denies access.');
  }
  const predicate = `cannot be read: the catalogue ${entry.reason}. Ask an operator to correct it.`;
  throw new FileError('FILE_UNREADABLE', predicate);
}

function modifiedIn(entry: CatalogueEntry): string | null {
  return (entry.outcome === 'found' && entry.modifiedAt) || null;
}

function nameIn(entry: CatalogueEntry): string | null {
  return entry.outcome === 'found' ? entry.name : null;
}
