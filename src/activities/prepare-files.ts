import type { PrepareFilesInput } from '../contract/activities.js';
import type { MissingFile, PreparedChunk, PreparedFile, PreparedLine } from '../contract/files.js';
import { failingOf } from '../contract/file-faults.js';
import { preparedKey } from '../storage/keys.js';
import { lookUpFiles } from '../lookup/look-up-files.js';
import type { ActivityContext } from './as-activity.js';
import type { ActivityDependencies } from './dependencies.js';
import { logRefused } from './log-refused.js';
import { writeJsonLines } from './json-lines.js';
import { newAttemptFolder } from './attempt-folder.js';

/** Limits the missing files in the result when all of them are in the manifest, because results stay in the history. */
const MISSING_IN_RESULT = 5;

/** @see DownloadActivities.prepareFiles */
export async function prepareFiles(
  deps: ActivityDependencies,
  input: PrepareFilesInput,
  context: ActivityContext,
): Promise<PreparedChunk> {
  const skipsFailing = input.onFileError === 'skip' && context.isLastAttempt;
  const onRefused = logRefused(context.logger);
  const lines = await lookUpFiles(deps, input, { signal: context.signal, skipsFailing, onRefused });
  const inline = input.inline && !lines.some(holdsUrl);
  return inline ? inlineChunk(lines, context) : storedChunk(deps, input, lines, context);
}

/** A URL may be signed and therefore secret, so it must not enter the workflow history. */
function holdsUrl(line: PreparedLine): boolean {
  return 'found' in line && line.found.source.kind === 'https';
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
  const manifestKey = preparedKey(input.jobId, newAttemptFolder(context));
  await writeJsonLines(store, manifestKey, lines, context.signal);
  const { found: _inManifest, missing, ...totals } = summaryOf(lines, context);
  return { ...totals, files: { manifestKey }, missing: missing.slice(0, MISSING_IN_RESULT) };
}

function summaryOf(lines: PreparedLine[], { attempt }: ActivityContext) {
  const found: PreparedFile[] = lines.flatMap((line) => ('found' in line ? [line.found] : []));
  const missing: MissingFile[] = lines.flatMap((line) => ('missing' in line ? [line.missing] : []));
  const bytes = found.reduce((total, file) => total + file.size, 0);
  const failing = failingOf(missing);
  const totals = { count: lines.length, bytes, missingCount: missing.length, attempt };
  return { found, missing, ...totals, ...(failing && { failing }) };
}
