import { setMaxListeners } from 'node:events';
import { archiveStream } from '../../archive/streamed/archive-stream.js';
import { digestStream } from '../../bytes/digest-stream.js';
import type { BuildArchiveInput } from '../../contract/activities.js';
import type { MissingFile, PreparedFile } from '../../contract/files.js';
import { namesInArchive } from '../../archive/names-in-archive.js';
import { archiveContentType } from '../../contract/media-types.js';
import type { BuiltArchive } from '../../contract/snapshot.js';
import { archiveKey } from '../../storage/keys.js';
import type { ActivityContext } from '../as-activity.js';
import { newAttemptFolder } from '../attempt-folder.js';
import type { ActivityDependencies } from '../dependencies.js';
import type { BuildMeter } from './build-meter.js';
import { BuildOutcome } from './build-outcome.js';
import { entriesOf } from './entries.js';
import { FileLostError } from './file-lost.js';
import { recordOutcome } from './record-outcome.js';

interface BuildPlan {
  /** In the order of the request. */
  files: PreparedFile[];
  /** Known to be missing. */
  missing: MissingFile[];
}

/**
 * Streams every file through the archiver into one upload. A file lost before its first byte is skipped or fails the
 * build, depending on the job. A file lost midway has already spoiled the archive, so the build restarts without it.
 */
export async function streamArchive(
  deps: ActivityDependencies,
  input: BuildArchiveInput,
  { files, missing }: BuildPlan,
  meter: BuildMeter,
  context: ActivityContext,
): Promise<BuiltArchive> {
  const names = namesInArchive(files);
  let left: BuildPlan = { files: files.map((file, i) => ({ ...file, name: names[i]! })), missing };
  for (;;) {
    try {
      return await streamOnce(deps, input, left, meter, context);
    } catch (error) {
      if (!(error instanceof FileLostError) || input.onFileError === 'fail') throw error;
      left = without(left, error.missing);
    }
  }
}

async function streamOnce(
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
    await recordOutcome(deps.store, key, outcome, signal);
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
