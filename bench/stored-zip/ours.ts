import { buildArchive } from '../../src/activities/build/build-archive.js';
import type { BuildArchiveInput } from '../../src/contract/activities.js';
import type { PreparedFile } from '../../src/contract/files.js';
import { ObjectSource } from '../../src/source/objects/object-source.js';
import { TemplateCatalogue } from '../../src/source/catalogue/template-catalogue.js';
import { S3ObjectStore } from '../../src/storage/s3/s3-object-store.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { measure } from '../support/measure.js';
import { inputFromParent, sendToParent } from '../support/parent.js';
import { BUCKET, CREDENTIALS, ETAG, REGION, entryName, sourceKey, type ZipTask } from './task.js';

/** Runs the worker's activity without Temporal. */
const task = inputFromParent() as ZipTask;
const { endpoint } = task;
const store = new S3ObjectStore({
  endpoint,
  region: REGION,
  bucket: BUCKET,
  forcePathStyle: true,
  credentials: CREDENTIALS,
});
const logger = createLogger('error', 'bench');
const deps = { catalogue: new TemplateCatalogue(), source: new ObjectSource(store), store, logger };
const context = {
  runId: 'bench',
  activityId: '1',
  attempt: 1,
  isLastAttempt: false,
  signal: new AbortController().signal,
  lastHeartbeat: null,
  reportProgress: () => {},
  logger,
};
const input = inputOf(task);
let key = '';
const cost = await measure(async () => {
  ({ key } = await buildArchive(deps, input, context));
});
sendToParent({ ...cost, key });

function inputOf({ files, fileBytes, jobId }: ZipTask): BuildArchiveInput {
  const prepared = Array.from({ length: files }, (_, index): PreparedFile => {
    return {
      index,
      fileId: 70_000 + index,
      name: entryName(index),
      size: fileBytes,
      contentType: 'application/octet-stream',
      source: { kind: 'object', key: sourceKey(index), etag: ETAG },
      crc32: null,
    };
  });
  const chunk = { files: prepared, count: files, bytes: files * fileBytes, missingCount: 0, missing: [] };
  return {
    jobId,
    archive: { format: 'zip', compression: 'store', name: 'bench.zip' },
    onFileError: 'fail',
    createdAt: new Date().toISOString(),
    chunks: [{ ...chunk, attempt: 1 }],
    handedOver: null,
  };
}
