import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LonghaulError } from '../../../src/contract/errors.js';
import { archiveKey, outcomesKey, preparedKey } from '../../../src/storage/keys.js';
import { HangingBody, noise } from '../../support/bodies.js';
import { waitFor } from '../../support/wait-for.js';
import { ActivityBench, changed, failureOf, run } from './support.js';

/** Run id of every attempt in these tests. */
const RUN = '00000000-0000-0000-0000-000000000000';

const input = { jobId: 'job-1', key: archiveKey('job-1', `${RUN}.2.1.x`, 'zip'), size: 7 };

describe('publishArchive', () => {
  let bench: ActivityBench;
  beforeEach(async () => {
    bench = await ActivityBench.start();
    await bench.store.write(preparedKey('job-1', `${RUN}.1.1.x`), Buffer.from('{}\n'));
    await bench.store.write(preparedKey('job-1', `${RUN}.1.1.y`), Buffer.from('{}\n'));
    await bench.store.write(outcomesKey(input.key), Buffer.from('{}\n'));
  });
  afterEach(() => bench.stop());

  const publish = (changes: Parameters<ActivityBench['activities']>[0] = {}) =>
    run(bench.activities(changes).publishArchive, input);

  it('deletes everything of the run except the archive', async () => {
    await bench.store.write(input.key, Buffer.from('archive'));
    const ofAnother = archiveKey('job-1', `${RUN}.2.1.presumed-dead`, 'zip');
    await bench.store.write(ofAnother, Buffer.from('other'));
    await bench.store.write(outcomesKey(ofAnother), Buffer.from('{}\n'));
    await bench.store.write(preparedKey('job-2', `${RUN}.1.1.x`), Buffer.from('{}\n'));
    await bench.store.write('downloads/70000', Buffer.from('file'));
    await publish();
    expect((await bench.keysOf()).toSorted()).toEqual(
      [input.key, outcomesKey(input.key), preparedKey('job-2', `${RUN}.1.1.x`), 'downloads/70000'].toSorted(),
    );
  });

  it('aborts other uploads of the run', async () => {
    await bench.store.write(input.key, Buffer.from('archive'));
    const body = new HangingBody(noise(3_000_000));
    const written = bench.store.write(archiveKey('job-1', `${RUN}.2.2.late`, 'zip'), body.stream);
    await waitFor('the upload to be under way', () => body.given);
    await publish();
    body.end();
    await expect(written).rejects.toThrow(LonghaulError);
    expect(await bench.keysOf()).toEqual([input.key, outcomesKey(input.key)]);
  });

  it('keeps what another run of the job writes', async () => {
    await bench.store.write(input.key, Buffer.from('archive'));
    const prepared = preparedKey('job-1', 'another-run.1.1.x');
    await bench.store.write(prepared, Buffer.from('{}\n'));
    const body = new HangingBody(noise(3_000_000));
    const archive = archiveKey('job-1', 'another-run.2.1.x', 'zip');
    const written = bench.store.write(archive, body.stream);
    await waitFor('the upload to be under way', () => body.given);
    await publish();
    body.end();
    await written;
    expect(await bench.keysOf()).toEqual(expect.arrayContaining([prepared, archive]));
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
    expect(await bench.keysOf()).toContain(preparedKey('job-1', `${RUN}.1.1.y`));
  });

  it('fails permanently without an archive', async () => {
    expect(await failureOf(publish())).toMatchObject({
      type: 'ARCHIVE_INCOMPLETE',
      message: 'The object store holds no bytes of the archive instead of 7. Try again.',
      nonRetryable: true,
    });
    expect(await bench.keysOf()).toContain(preparedKey('job-1', `${RUN}.1.1.x`));
  });

  it('fails as retryable when the store is unavailable', async () => {
    const head = () => Promise.reject(new LonghaulError('STORAGE_UNAVAILABLE', 'Try again.'));
    expect(await failureOf(publish({ store: changed(bench.store, { head }) }))).toMatchObject({
      type: 'STORAGE_UNAVAILABLE',
      nonRetryable: false,
    });
  });
});
