import { execFileSync } from 'node:child_process';
import pMap from 'p-map';
import { buildArchive } from '../../src/activities/build/build-archive.js';
import type { BuildArchiveInput } from '../../src/contract/activities.js';
import type { PreparedFile } from '../../src/contract/files.js';
import { FileObjectStore } from '../../src/storage/file/file-object-store.js';
import { NO_CAPABILITIES } from '../../src/storage/multipart-store.js';
import { activityContext, segmentDependencies } from '../archives/activity.js';
import { measure } from '../support/measure.js';
import { inputFromParent, sendToParent } from '../support/parent.js';
import { keyOf, type LocalTask, nameOf, PIN } from './task.js';

/** Runs the activity of a worker with a file store. */
const task = inputFromParent() as LocalTask;
execFileSync(...PIN(process.pid));
const linkSecret = 'a secret of more than thirty-two characters';
const store = new FileObjectStore({ directory: task.folder, linkSecret });
const input: BuildArchiveInput = {
  jobId: task.jobId,
  archive: { format: 'zip', compression: 'store', name: 'bench.zip' },
  onFileError: 'fail',
  createdAt: new Date().toISOString(),
  chunks: [chunkOf(await preparedFiles(task))],
  handedOver: null,
};
let key = '';
const cost = await measure(async () => {
  ({ key } = await buildArchive(segmentDependencies(store, NO_CAPABILITIES), input, activityContext()));
});
sendToParent({ ...cost, key });

function chunkOf(files: PreparedFile[]) {
  const bytes = files.length * task.fileBytes;
  return { files, count: files.length, bytes, missingCount: 0, missing: [], attempt: 1 };
}

/** What looking the files up finds out. Not measured: archiver needs no versions. */
function preparedFiles({ files: count, fileBytes }: LocalTask): Promise<PreparedFile[]> {
  return pMap(
    Array.from({ length: count }, (_, index) => index),
    async (index): Promise<PreparedFile> => {
      const { key: fileKey, etag } = await store.head(keyOf(index));
      const source = { kind: 'object', key: fileKey, etag } as const;
      const name = nameOf(index);
      return { index, fileId: index, name, size: fileBytes, contentType: null, source, crc32: null };
    },
    { concurrency: 32 },
  );
}
