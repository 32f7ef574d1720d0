import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LonghaulError } from '../../../src/contract/errors.js';
import { archiveKey, jobPrefix, outcomesKey, preparedKey } from '../../../src/storage/keys.js';
import { HangingBody, noise } from '../../support/bodies.js';
import { waitFor } from '../../support/wait-for.js';
import { ActivityBench, changed, failureOf, run } from './support.js';

const input = { jobId: 'job-1', key: archiveKey('job-1', 'attempt', 'zip'), size: 7 };

describe('publishArchive', () => {
  let bench: ActivityBench;
  beforeEach(async () => {
    bench = await ActivityBench.start();
    await bench.store.write(preparedKey('job-1', 'prepare-0'), Buffer.from('{}\n'));
    await bench.store.write(preparedKey('job-1', 'prepare-100'), Buffer.from('{}\n'));
    await bench.store.write(outcomesKey(input.key), Buffer.from('{}\n'));
  });
  afterEach(() => bench.stop());

  const publish = (changes: Parameters<ActivityBench['activities']>[0] = {}) =>
    run(bench.activities(changes).publishArchive, input);

  it('deletes everything of the job except the archive', async () => {
    await bench.store.write(input.key, Buffer.from('archive'));
    const ofAnother = archiveKey('job-1', 'attempt-of-a-presumed-dead-worker', 'zip');
    await bench.store.write(ofAnother, Buffer.from('other'));
    await bench.store.write(outcomesKey(ofAnother), Buffer.from('{}\n'));
    await bench.store.write(preparedKey('job-2', 'prepare-0'), Buffer.from('{}\n'));
    await bench.store.write('downloads/70000', Buffer.from('file'));
    await publish();
    expect((await bench.keysOf()).toSorted()).toEqual(
      [input.key, outcomesKey(input.key), preparedKey('job-2', 'prepare-0'), 'downloads/70000'].toSorted(),
    );
  });

  it('aborts other uploads of the job', async () => {
    await bench.store.write(input.key, Buffer.from('archive'));
    const body = new HangingBody(noise(3_000_000));
    const written = bench.store.write(archiveKey('job-1', 'late', 'zip'), body.stream);
    await waitFor('the upload to be under way', () => body.given);
    await publish();
    body.end();
    await expect(written).rejects.toThrow(LonghaulError);
    expect(await bench.keysOf()).toEqual([input.key, outcomesKey(input.key)]);
  });

  it('publishes an archive outside of an attempt folder', async () => {
    const prefix = jobPrefix('job-1');
    const key = `${prefix}archive.zip`;
    await bench.store.write(key, Buffer.from('archive'));
    await bench.store.write(`${prefix}files.jsonl`, Buffer.from('{}\n'));
    await bench.store.write(`${prefix}prepared/00000000.jsonl`, Buffer.from('{}\n'));
    await run(bench.activities().publishArchive, { ...input, key });
    expect(await bench.keysOf()).toEqual([key, outcomesKey(key)]);
  });

  it('is idempotent', async () => {
    await bench.store.write(input.key, Buffer.from('archive'));
    await publish();
    await publish();
    expect(await bench.keysOf()).toEqual([input.key, outcomesKey(input.key)]);
  });

  it('fails permanently on a wrong size, keeping prepared files', async () => {
    await bench.store.write(input.key, Buffer.from('arch'));
    expect(await failureOf(publish())).toMatchObject({
      type: 'ARCHIVE_INCOMPLETE',
      message: 'The object store holds 4 bytes of the archive instead of 7. Try again.',
      nonRetryable: true,
    });
    expect(await bench.keysOf()).toContain(preparedKey('job-1', 'prepare-100'));
  });

  it('fails permanently without an archive', async () => {
    expect(await failureOf(publish())).toMatchObject({
      type: 'ARCHIVE_INCOMPLETE',
      message: 'The object store holds no bytes of the archive instead of 7. Try again.',
      nonRetryable: true,
    });
    expect(await bench.keysOf()).toContain(preparedKey('job-1', 'prepare-0'));
  });

  it('fails as retryable when the store is unavailable', async () => {
    const head = () => Promise.reject(new LonghaulError('STORAGE_UNAVAILABLE', 'Try again.'));
    expect(await failureOf(publish({ store: changed(bench.store, { head }) }))).toMatchObject({
      type: 'STORAGE_UNAVAILABLE',
      nonRetryable: false,
    });
  });
});
