import pMap from 'p-map';
import { safeEntryName } from '../archive/entry-names.js';
import type { PrepareFilesInput } from '../contract/activities.js';
import { LonghaulError, type ErrorCode } from '../contract/errors.js';
import {
  fileIdOf,
  type MissingFile,
  type PreparedChunk,
  type PreparedFile,
  type PreparedLine,
  type RequestedFile,
} from '../contract/types.js';
import type { CatalogueEntry } from '../source/catalogue.js';
import { preparedKey } from '../storage/keys.js';
import { aboutFile, naming } from './about-file.js';
import type { ActivityContext } from './as-activity.js';
import type { ActivityDependencies } from './dependencies.js';
import { writeJsonLines } from './json-lines.js';
import { newPass } from './pass.js';

/** Lookups under way at once: enough to hide the store's latency, few enough not to be throttled. */
const LOOKUP_CONCURRENCY = 32;

/** Missing files told to the workflow when the rest is in the manifest. */
const MISSING_IN_RESULT = 5;

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

/** @see DownloadActivities.prepareFiles */
export async function prepareFiles(
  deps: ActivityDependencies,
  input: PrepareFilesInput,
  context: ActivityContext,
): Promise<PreparedChunk> {
  const options = { signal: context.signal, givesUp: input.onFileError === 'skip' && context.isLastAttempt };
  const lines = await lookUpFiles(deps, input, options);
  const inline = input.inline && !lines.some(holdsUrl);
  return inline ? inlineChunk(lines, context) : storedChunk(deps, input, lines, context);
}

/** A URL may be signed, and so a secret: it must not become part of a workflow's history. */
function holdsUrl(line: PreparedLine): boolean {
  return 'found' in line && line.found.source.kind === 'https';
}

/** What looking files up needs. */
export type LookUp = Pick<ActivityDependencies, 'catalogue' | 'source'>;

/** Finds files and pins their versions, or says why one cannot be had; one line per file, in their order. */
export async function lookUpFiles(
  deps: LookUp,
  input: Pick<PrepareFilesInput, 'userId' | 'files' | 'firstIndex'>,
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

function inlineChunk(lines: PreparedLine[], context: ActivityContext): PreparedChunk {
  const { found, missing, ...totals } = summaryOf(lines, context);
  return { ...totals, files: found, missing };
}

async function storedChunk(
  { store }: ActivityDependencies,
  input: PrepareFilesInput,
  lines: PreparedLine[],
  context: ActivityContext,
): Promise<PreparedChunk> {
  const manifestKey = preparedKey(input.jobId, newPass(context));
  await writeJsonLines(store, manifestKey, lines, context.signal);
  const { found: _inManifest, missing, ...totals } = summaryOf(lines, context);
  return { ...totals, files: { manifestKey }, missing: missing.slice(0, MISSING_IN_RESULT) };
}

function summaryOf(lines: PreparedLine[], { attempt }: ActivityContext) {
  const found: PreparedFile[] = lines.flatMap((line) => ('found' in line ? [line.found] : []));
  const missing: MissingFile[] = lines.flatMap((line) => ('missing' in line ? [line.missing] : []));
  const bytes = found.reduce((total, file) => total + file.size, 0);
  return { found, missing, count: lines.length, bytes, missingCount: missing.length, attempt };
}
