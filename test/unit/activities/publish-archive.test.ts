import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LonghaulError } from '../../../src/contract/errors.js';
import { archiveKey, outcomesKey, preparedKey } from '../../../src/storage/keys.js';
import { ActivityBench, changed, failureOf, run } from './support.js';

const input = { jobId: 'job-1', key: archiveKey('job-1', 'zip'), size: 7 };

describe('publishing an archive', () => {
  let bench: ActivityBench;
  beforeEach(async () => {
    bench = await ActivityBench.start();
    await bench.store.write(preparedKey('job-1', 0), Buffer.from('{}\n'));
    await bench.store.write(preparedKey('job-1', 100), Buffer.from('{}\n'));
    await bench.store.write(outcomesKey('job-1'), Buffer.from('{}\n'));
  });
  afterEach(() => bench.stop());

  const publish = (changes: Parameters<ActivityBench['activities']>[0] = {}) =>
    run(bench.activities(changes).publishArchive, input);

  it('removes what only the build needed, and nothing else', async () => {
    await bench.store.write(input.key, Buffer.from('archive'));
    await bench.store.write(preparedKey('job-2', 0), Buffer.from('{}\n'));
    await bench.store.write('downloads/70000', Buffer.from('file'));
    await publish();
    expect((await bench.keysOf()).toSorted()).toEqual(
      [input.key, outcomesKey('job-1'), preparedKey('job-2', 0), 'downloads/70000'].toSorted(),
    );
  });

  it('can be repeated', async () => {
    await bench.store.write(input.key, Buffer.from('archive'));
    await publish();
    await publish();
    expect(await bench.keysOf()).toEqual([input.key, outcomesKey('job-1')]);
  });

  it('fails for good when the stored archive has another size, and keeps what a new build needs', async () => {
    await bench.store.write(input.key, Buffer.from('arch'));
    expect(await failureOf(publish())).toMatchObject({
      type: 'ARCHIVE_INCOMPLETE',
      message: 'The object store holds 4 bytes of the archive instead of 7. Try again.',
      nonRetryable: true,
    });
    expect(await bench.keysOf()).toContain(preparedKey('job-1', 100));
  });

  it('fails for good when there is no archive', async () => {
    expect(await failureOf(publish())).toMatchObject({
      type: 'ARCHIVE_INCOMPLETE',
      message: 'The object store holds no bytes of the archive instead of 7. Try again.',
      nonRetryable: true,
    });
    expect(await bench.keysOf()).toContain(preparedKey('job-1', 0));
  });

  it('fails in a way worth retrying when the store has trouble', async () => {
    const head = () => Promise.reject(new LonghaulError('STORAGE_UNAVAILABLE', 'Try again.'));
    expect(await failureOf(publish({ store: changed(bench.store, { head }) }))).toMatchObject({
      type: 'STORAGE_UNAVAILABLE',
      nonRetryable: false,
    });
  });
});
