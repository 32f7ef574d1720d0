import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LonghaulError } from '../../../src/contract/errors.js';
import { archiveKey, outcomesKey, preparedKey, runPrefix } from '../../../src/storage/keys.js';
import { HangingBody, noise } from '../../support/bodies.js';
import { waitFor } from '../../support/wait-for.js';
import { ActivityBench, changed, failureOf, run } from './support.js';

/** Run id of every attempt in these tests. */
const RUN = '00000000-0000-0000-0000-000000000000';

describe('removeArtifacts', () => {
  let bench: ActivityBench;
  beforeEach(async () => {
    bench = await ActivityBench.start('segments');
  });
  afterEach(() => bench.stop());

  const remove = (jobId = 'job-1') => run(bench.activities().removeArtifacts, { jobId });

  it('deletes all objects of the job and no others', async () => {
    const archive = archiveKey('job-1', `${RUN}.2.1.x`, 'zip');
    const ofTheJob = [archive, outcomesKey(archive), preparedKey('job-1', `${RUN}.1.1.x`)];
    const others = [archiveKey('job-10', `${RUN}.2.1.x`, 'zip'), 'downloads/70000'];
    for (const key of [...ofTheJob, ...others]) await bench.store.write(key, Buffer.from('x'));
    await remove();
    expect(await bench.keysOf()).toEqual(others);
    expect((await bench.filesOfArchives()).filter((path) => path.includes('/job-1/'))).toEqual([]);
  });

  it('keeps the objects of another run', async () => {
    const theirs = archiveKey('job-1', 'another-run.2.1.x', 'zip');
    await bench.store.write(theirs, Buffer.from('x'));
    const body = new HangingBody(noise(3_000_000));
    const written = bench.store.write(archiveKey('job-1', 'another-run.5.1.x', 'zip'), body.stream);
    await waitFor('the upload to be under way', () => body.given);
    await remove();
    body.end();
    await written;
    expect(await bench.keysOf()).toHaveLength(2);
  });

  it('aborts an upload in progress', async () => {
    const body = new HangingBody(noise(3_000_000));
    const written = bench.store.write(archiveKey('job-1', `${RUN}.2.1.x`, 'zip'), body.stream);
    await waitFor('the upload to be under way', async () => (await bench.filesOfArchives()).length > 0);
    await remove();
    expect(await bench.filesOfArchives()).toEqual([]);
    body.end();
    await expect(written).rejects.toThrow(LonghaulError);
    expect(await bench.filesOfArchives()).toEqual([]);
  });

  it('aborts by id where the store lists no uploads', async () => {
    const store = changed(bench.store, { abortUploads: async () => 0 });
    const key = archiveKey('job-1', `${RUN}.2.1.x`, 'zip');
    const upload = await store.begin(key, { contentType: 'application/zip', checked: false });
    const bytes = noise(1_000);
    await upload.sendPart(1, [bytes], crc32(bytes));
    const { removeArtifacts } = bench.activities({ store });
    await run(removeArtifacts, { jobId: 'job-1', uploads: [upload.ref] });
    expect(await bench.filesOfArchives()).toEqual([]);
  });

  it('is idempotent, even without any object', async () => {
    await bench.store.write(preparedKey('job-1', `${RUN}.1.1.x`), Buffer.from('x'));
    await remove();
    await remove();
    await remove('job-that-never-was');
    expect(await bench.keysOf()).toEqual([]);
  });

  it('deletes all objects in batches of 1,000', async () => {
    const sizes: number[] = [];
    const store = changed(bench.store, {
      async *list(prefix) {
        expect(prefix).toBe(runPrefix('job-1', RUN));
        for (let i = 0; i < 2_001; i++) yield { key: `${prefix}${i}`, size: 1, lastModified: new Date() };
      },
      delete: async (keys) => void sizes.push(keys.length),
    });
    await run(bench.activities({ store }).removeArtifacts, { jobId: 'job-1' });
    expect(sizes).toEqual([1_000, 1_000, 1]);
  });

  it('fails as retryable when the store is unavailable', async () => {
    const store = changed(bench.store, {
      abortUploads: () => Promise.reject(new LonghaulError('STORAGE_UNAVAILABLE', 'Try again.')),
    });
    const removed = run(bench.activities({ store }).removeArtifacts, { jobId: 'job-1' });
    expect(await failureOf(removed)).toMatchObject({ type: 'STORAGE_UNAVAILABLE', nonRetryable: false });
  });
});
