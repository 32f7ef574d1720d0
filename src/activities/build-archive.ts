import { setMaxListeners } from 'node:events';
import { archiveStream } from '../archive/archive-stream.js';
import { namesInArchive } from '../archive/names-in-archive.js';
import type { BuildArchiveInput } from '../contract/activities.js';
import { archiveContentType } from '../contract/media-types.js';
import type { BuiltArchive, MissingFile, PreparedFile } from '../contract/types.js';
import { archiveKey, jobPrefix } from '../storage/keys.js';
import type { ActivityContext } from './as-activity.js';
import { BuildMeter } from './build-meter.js';
import { BuildOutcome } from './build-outcome.js';
import { digestStream } from './digest-stream.js';
import { entriesOf } from './entries.js';
import { FileLostError } from './file-lost.js';
import type { ActivityDependencies } from './index.js';
import { loadChunks } from './load-chunks.js';
import { writeOutcomes } from './write-outcomes.js';

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
    // What an attempt before this one left. It also fences off a worker that was thought dead and still sends parts,
    // though not one that is about to store a small archive with a single request.
    await deps.store.abortUploads(jobPrefix(input.jobId));
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
  const key = archiveKey(input.jobId, format);
  const outcome = new BuildOutcome(plan.missing);
  meter.restart();
  try {
    const entries = entriesOf(deps.source, input, plan.files, outcome, meter, signal);
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
    await writeOutcomes(deps.store, input.jobId, outcome, signal);
    return { key, ...digest.result(), ...outcome.totals(), attempt: context.attempt };
  } finally {
    ended.abort(new Error('The build has ended'));
  }
}

function without(plan: BuildPlan, lost: MissingFile): BuildPlan {
  return {
    files: plan.files.filter((file) => file.index !== lost.index),
    missing: [...plan.missing, lost],
  };
}
