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

/** How long a build that has failed may still take to remove its archive. */
const REMOVE_MS = 5_000;

/** What goes into the archive, and what is known to be missing from it. */
export interface BuildPlan {
  /** In the order of the request, with names that are unique. */
  files: PreparedFile[];
  missing: MissingFile[];
}

/**
 * Streams every file through the archiver into one upload. A file that is gone before its first byte is skipped or
 * fails the build, as the job says. One that is lost half way has spoilt the archive already: then all begins anew
 * without it.
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
  const names = namesInArchive(files.map((file) => file.name));
  return { files: files.map((file, i) => ({ ...file, name: names[i]! })), missing };
}

async function buildOnce(
  deps: ActivityDependencies,
  input: BuildArchiveInput,
  plan: BuildPlan,
  meter: BuildMeter,
  context: ActivityContext,
): Promise<BuiltArchive> {
  // Ends everything that still reads or writes, whichever of them failed first.
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  // Every file that is read ahead listens to it.
  setMaxListeners(0, signal);
  const { format, compression } = input.archive;
  const key = archiveKey(input.jobId, newAttemptFolder(context), format);
  const outcome = new BuildOutcome(plan.missing);
  meter.restart();
  try {
    const entries = entriesOf(deps.source, input, plan.files, outcome, meter, {
      signal,
      isLastAttempt: context.isLastAttempt,
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
    await orRemove(deps.store, key, async () => {
      await writeOutcomes(deps.store, key, outcome, signal);
      // A worker that slept through its own end learns of it about now.
      signal.throwIfAborted();
    });
    return { key, ...digest.result(), ...outcome.totals(), attempt: context.attempt };
  } finally {
    ended.abort(new Error('The build has ended'));
  }
}

/**
 * Runs what follows the storing of an archive; when that fails nobody will ask for the archive, and it goes. Best
 * effort: what remains, whoever publishes or cleans up finds.
 */
async function orRemove(store: ObjectStore, key: string, next: () => Promise<void>): Promise<void> {
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
