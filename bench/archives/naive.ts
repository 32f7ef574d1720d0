import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { ZipArchive } from 'archiver';
import { archiveKey } from '../../src/storage/keys.js';
import { measure } from '../support/measure.js';
import { inputFromParent, sendToParent } from '../support/parent.js';
import { entryName, sourceKey, type ZipTask } from './task.js';

/** The obvious implementation: three libraries with their default options. */
const task = inputFromParent() as ZipTask;
const client = new S3Client({ ...task.store, forcePathStyle: true });
const Bucket = task.store.bucket;
const key = archiveKey(task.jobId, 'naive', 'zip');
const cost = await measure(() => buildZip(task));
sendToParent({ ...cost, key });

/** Deflates at the level that ours uses, which is also the default of zlib. */
async function buildZip({ compression }: ZipTask): Promise<void> {
  const archive = new ZipArchive(compression === 'store' ? { store: true } : { zlib: { level: 6 } });
  const body = new PassThrough();
  archive.pipe(body);
  const upload = new Upload({
    client,
    params: { Bucket, Key: key, Body: body },
  });
  await Promise.all([upload.done(), appendAll(archive, task)]);
}

/** Appends the files sequentially, because many concurrent reads would exhaust the client's connections. */
async function appendAll(archive: ZipArchive, { files, extension }: ZipTask): Promise<void> {
  for (let index = 0; index < files; index++) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: sourceKey(index) }));
    const appended = once(archive, 'entry');
    archive.append(Body as Readable, { name: entryName(index, extension) });
    await appended;
  }
  await archive.finalize();
}
