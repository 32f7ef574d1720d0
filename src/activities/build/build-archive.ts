import { setMaxListeners } from 'node:events';
import { archiveStream } from '../../archive/streamed/archive-stream.js';
import { namesInArchive } from '../../archive/names-in-archive.js';
import type { BuildArchiveInput } from '../../contract/activities.js';
import { archiveContentType } from '../../contract/media-types.js';
import type { BuiltArchive } from '../../contract/snapshot.js';
import type { MissingFile, PreparedFile } from '../../contract/files.js';
import { archiveKey, outcomesKey } from '../../storage/keys.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { ActivityContext } from '../as-activity.js';
import { BuildMeter } from './build-meter.js';
import { BuildOutcome } from './build-outcome.js';
import { digestStream } from '../../bytes/digest-stream.js';
import { entriesOf } from './entries.js';
import { FileLostError } from './file-lost.js';
import type { ActivityDependencies } from '../dependencies.js';
import { loadChunks } from './load-chunks.js';
import { newAttemptFolder } from '../attempt-folder.js';
import { writeOutcomes } from './write-outcomes.js';

/** Timeout for removing the archive of a failed build. */
const REMOVE_MS = 5_000;

/** The files of the archive, and those known to be missing. */
export interface BuildPlan {
  /** In the order of the request, with unique names. */
  files: PreparedFile[];
  missing: MissingFile[];
}

/**
 * Streams every file through the archiver into one upload. A file lost before its first byte is skipped or fails the
 * build, depending on the job. A file lost midway has already spoiled the archive, so the build restarts without it.
 * @see DownloadActivities.buildArchive
 */
export async function buildArchive(
  deps: ActivityDependencies,
  input: BuildArchiveInput,
  context: ActivityContext,
): Promise<BuiltArchive> {
  const meter = new BuildMeter(context, input.handedOver);
  let plan = await planOf(deps, input, context);
  for (;;) {
    try {
      return await buildOnce(deps, input, plan, meter, context);
    } catch (error) {
      if (!(error instanceof FileLostError) || input.onFileError === 'fail') throw error;
      plan = without(plan, error.missing);
    }
  }
}

async function planOf(
  deps: ActivityDependencies,
  input: BuildArchiveInput,
  context: ActivityContext,
): Promise<BuildPlan> {
  const { files, missing } = await loadChunks(deps.store, input.chunks, context.signal);
  const names = namesInArchive(files);
  return { files: files.map((file, i) => ({ ...file, name: names[i]! })), missing };
}

async function buildOnce(
  deps: ActivityDependencies,
  input: BuildArchiveInput,
  plan: BuildPlan,
  meter: BuildMeter,
  context: ActivityContext,
): Promise<BuiltArchive> {
  // Stops all reads and writes, whichever of them failed first.
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  // Every file that is read ahead adds a listener.
  setMaxListeners(0, signal);
  const { format, compression } = input.archive;
  const key = archiveKey(input.jobId, newAttemptFolder(context), format);
  const outcome = new BuildOutcome(plan.missing);
  meter.restart();
  try {
    const entries = entriesOf(deps.source, input, plan.files, outcome, meter, {
      signal,
      isLastAttempt: context.isLastAttempt,
      logger: context.logger,
    });
    const archive = archiveStream(entries, {
      format,
      compression,
      modifiedAt: new Date(input.createdAt),
      signal,
    });
    const digest = digestStream(archive);
    const expectedSize = plan.files.reduce((total, file) => total + file.size, 0);
    await deps.store.write(key, digest.stream, {
      contentType: archiveContentType(format),
      expectedSize,
      signal,
    });
    await removeOnFailure(deps.store, key, async () => {
      await writeOutcomes(deps.store, key, outcome, signal);
      // A worker that was suspended beyond its timeout may notice only now.
      signal.throwIfAborted();
    });
    return { key, ...digest.result(), ...outcome.totals(), attempt: context.attempt };
  } finally {
    ended.abort(new Error('The build has ended'));
  }
}

/**
 * Runs the steps after the archive is stored, and deletes the archive when they fail, because it will never be used.
 * Best effort: publishing and clean-up delete what remains.
 */
async function removeOnFailure(store: ObjectStore, key: string, next: () => Promise<void>): Promise<void> {
  try {
    await next();
  } catch (error) {
    const signal = AbortSignal.timeout(REMOVE_MS);
    await store.delete([key, outcomesKey(key)], signal).catch(() => {});
    throw error;
  }
}

function without(plan: BuildPlan, lost: MissingFile): BuildPlan {
  return {
    files: plan.files.filter((file) => file.index !== lost.index),
    missing: [...plan.missing, lost],
  };
}
