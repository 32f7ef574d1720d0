import { describe, expect, it } from '@jest/globals';
import { LonghaulError } from '../../../src/contract/errors.js';
import { queuedSnapshot } from '../../../src/contract/queued-snapshot.js';
import type { JobSnapshot } from '../../../src/contract/snapshot.js';
import { ArchivePresence } from '../../../src/jobs/archive-presence.js';
import { S3ObjectStore } from '../../../src/storage/s3/s3-object-store.js';
import { COMPLETED } from '../../support/fake-jobs.js';
import { aJob } from '../../support/jobs.js';
import { Receiver } from '../../support/receiver.js';

const completed: JobSnapshot = { ...queuedSnapshot(aJob()), ...COMPLETED };

describe('ArchivePresence', () => {
  let heads = 0;
  function presence(head: () => Promise<unknown>): ArchivePresence {
    heads = 0;
    return new ArchivePresence({
      head: () => {
        heads++;
        return head();
      },
    });
  }
  const failing = (code: 'FILE_NOT_FOUND' | 'STORAGE_UNAVAILABLE' | 'FILE_FORBIDDEN') => () =>
    Promise.reject(new LonghaulError(code, 'no'));

  it.each([
    ['FILE_NOT_FOUND', true],
    ['STORAGE_UNAVAILABLE', false],
    ['FILE_FORBIDDEN', false],
  ] as const)('takes %s as gone: %s', async (code, gone) => {
    expect(await presence(failing(code)).isGone(completed)).toBe(gone);
  });

  it('counts an archive as present without an answer', async () => {
    expect(await presence(() => new Promise(() => {})).isGone(completed)).toBe(false);
  });

  it('asks once for statuses at the same time', async () => {
    const archives = presence(async () => {});
    expect(await Promise.all([1, 2, 3].map(() => archives.isGone(completed)))).toEqual([false, false, false]);
    expect(heads).toBe(1);
  });

  it('asks again when asked for a fresh answer', async () => {
    let there = true;
    const archives = presence(() => (there ? Promise.resolve() : failing('FILE_NOT_FOUND')()));
    expect(await archives.isGone(completed)).toBe(false);
    there = false;
    expect(await archives.isGone(completed)).toBe(false);
    expect(await archives.isGone(completed, { fresh: true })).toBe(true);
    expect(await archives.isGone(completed)).toBe(true);
  });

  it('asks nothing about a job without archive', async () => {
    const archives = presence(failing('FILE_NOT_FOUND'));
    expect(await archives.isGone(queuedSnapshot(aJob()))).toBe(false);
    expect(heads).toBe(0);
  });

  it.each([
    ['NoSuchKey', true],
    ['NoSuchBucket', false],
    ['NotFound', false],
    ['', false],
  ])('takes a 404 with the code "%s" as gone: %s', async (code, gone) => {
    const store = await Receiver.start((_request, response) => {
      response.writeHead(404).end(code && `<Error><Code>${code}</Code></Error>`);
    });
    const s3 = new S3ObjectStore({
      endpoint: store.url,
      region: 'us-east-1',
      bucket: 'b',
      forcePathStyle: true,
      credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    });
    expect(await new ArchivePresence(s3).isGone(completed)).toBe(gone);
    s3.close();
    await store.stop();
  });
});
