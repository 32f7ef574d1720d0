import pMap from 'p-map';
import { buildSegment } from '../../src/activities/segments/build-segment.js';
import { finishArchive } from '../../src/activities/segments/finish-archive.js';
import { planArchive } from '../../src/activities/segments/plan-archive.js';
import type { PreparedFile } from '../../src/contract/files.js';
import { S3ObjectStore } from '../../src/storage/s3/s3-object-store.js';
import { SumCache } from '../../src/storage/sum-cache.js';
import { measure } from '../support/measure.js';
import { inputFromParent, sendToParent } from '../support/parent.js';
import { activityContext, segmentDependencies } from './activity.js';
import { CAPABILITIES } from './capabilities.js';
import { entryName, sourceKey, type ZipTask } from './task.js';

/** Runs the worker's activities as the workflow does, without Temporal. */
const task = inputFromParent() as ZipTask;
const { jobId } = task;
const store = new S3ObjectStore({ ...task.store, forcePathStyle: true });
const deps = {
  ...segmentDependencies(store, CAPABILITIES),
  ...(task.remembersSums && { sums: new SumCache(store) }),
};
const context = activityContext();
const createdAt = new Date().toISOString();
const chunks = [chunkOf(task)];
let key = '';
const cost = await measure(async () => {
  const archive = { format: 'zip', compression: task.compression, name: 'bench.zip' } as const;
  const plan = await planArchive(deps, { jobId, archive, createdAt, chunks }, context);
  if (plan.kind === 'streamed') throw new Error('The archive would be streamed');
  const segments = await pMap(
    plan.segments,
    (segment) =>
      buildSegment(
        deps,
        {
          jobId,
          plan,
          segment,
          onFileError: 'fail',
          totalFiles: task.files,
          earlierAttempts: 0,
          handedOver: null,
        },
        context,
      ),
    { concurrency: task.segmentsAtOnce },
  );
  ({ key } = await finishArchive(
    deps,
    { jobId, plan, segments, createdAt, chunks, isRepeated: false },
    context,
  ));
});
sendToParent({ ...cost, key });

function chunkOf({ files, fileBytes, extension, etag, crc32: known }: ZipTask) {
  const prepared = Array.from({ length: files }, (_, index): PreparedFile => {
    return {
      index,
      fileId: 70_000 + index,
      name: entryName(index, extension),
      size: fileBytes,
      contentType: null,
      source: { kind: 'object', key: sourceKey(index), etag },
      crc32: known ?? null,
    };
  });
  const bytes = files * fileBytes;
  return { files: prepared, count: files, bytes, missingCount: 0, missing: [], attempt: 1 };
}
