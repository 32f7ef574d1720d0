import { planSegments } from '../../archive/zip/plan/plan-segments.js';
import { archiveContentType } from '../../contract/media-types.js';
import type { ArchivePlan, PlanArchiveInput } from '../../contract/segments.js';
import { archiveKey, planKey } from '../../storage/keys.js';
import type { ActivityContext } from '../as-activity.js';
import { newAttemptFolder } from '../attempt-folder.js';
import { loadChunks } from '../build/load-chunks.js';
import { entryTime } from './entry-time.js';
import type { SegmentDependencies } from './dependencies.js';
import { canCopy, withSums } from './with-sums.js';

/** Logged where the probe of the store does not permit segments. */
export const STREAMED = 'the archive is built in one stream, because the store cannot take segments';

/**
 * Writes plan and archive into two folders, because publishing keeps only that of the archive.
 * @see SegmentActivities.planArchive
 */
export async function planArchive(
  deps: SegmentDependencies,
  { jobId, archive, createdAt, chunks }: PlanArchiveInput,
  context: ActivityContext,
): Promise<ArchivePlan> {
  if (deps.engine === 'streamed') return { kind: 'streamed' };
  const { signal } = context;
  const capabilities = await deps.capabilities(signal);
  if (!capabilities.segments) {
    context.logger.info({ ...capabilities }, STREAMED);
    return { kind: 'streamed' };
  }
  const copies = canCopy(deps, capabilities);
  const { files } = await loadChunks(deps.store, chunks, signal);
  const plan = planSegments(copies ? await withSums(deps, files) : files, {
    compression: archive.compression,
    time: entryTime({ createdAt }),
    copies,
    ...(deps.limits && { limits: deps.limits }),
  });
  const key = planKey(jobId, newAttemptFolder(context));
  await deps.store.write(key, Buffer.concat(plan.lines), { contentType: 'application/jsonl', signal });
  const upload = await deps.store.begin(
    archiveKey(jobId, newAttemptFolder(context), 'zip'),
    { contentType: archiveContentType('zip'), checked: capabilities.fullObjectChecked },
    signal,
  );
  const { partSize, tail, segments } = plan;
  const { parallelism } = deps;
  return { kind: 'segments', upload: upload.ref, planKey: key, partSize, tail, parallelism, segments };
}
