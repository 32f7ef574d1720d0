import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LonghaulError } from '../../../../src/contract/errors.js';
import type { ObjectStore } from '../../../../src/storage/object-store.js';
import { noise } from '../../../support/bodies.js';
import { readWithPython } from '../../../support/unpack.js';
import { aBuild, ActivityBench, changed, failureOf, run, type StoredFile } from '../support.js';

describe('reading many small files ahead', () => {
  let bench: ActivityBench;
  let files: StoredFile[];
  beforeEach(async () => {
    bench = await ActivityBench.start();
    files = await Promise.all(Array.from({ length: 60 }, (_, i) => bench.put(i, Buffer.from(`file ${i}`))));
  });
  afterEach(() => bench.stop());

  const reading = (read: ObjectStore['read']) => bench.activities({ store: changed(bench.store, { read }) });

  it('keeps the order of the request, whichever of them comes first', async () => {
    let next = 0;
    const input = aBuild(files);
    const { buildArchive } = reading(async (key, options) => {
      // The first of eight waits longest.
      for (let turns = 40 - 5 * (next++ % 8); turns > 0; turns--) await turn();
      return bench.store.read(key, options);
    });
    await run(buildArchive, input);
    const entries = await readWithPython(await bench.archiveOf(input), 'zip');
    expect(entries.map(({ name }) => name)).toEqual(files.map(({ name }) => name));
  });

  it('opens several at once, and no more than eight', async () => {
    let now = 0;
    let most = 0;
    const { buildArchive } = reading(async (key, options) => {
      most = Math.max(most, ++now);
      const stream = await bench.store.read(key, options);
      stream.once('close', () => now--);
      return stream;
    });
    await run(buildArchive, aBuild(files));
    expect(most).toBe(8);
    expect(now).toBe(0);
  });

  it('opens large files only when it is their turn', async () => {
    const large = [];
    for (let i = 60; i < 66; i++) large.push(await bench.put(i, noise(300_000)));
    let now = 0;
    let most = 0;
    const keys = new Set(large.map(({ source }) => source.key));
    const { buildArchive } = reading(async (key, options) => {
      const stream = await bench.store.read(key, options);
      if (!keys.has(key)) return stream;
      most = Math.max(most, ++now);
      stream.once('close', () => now--);
      return stream;
    });
    await run(buildArchive, aBuild([...large, ...files]));
    expect(most).toBeLessThanOrEqual(2);
  });

  it('listens for an abort no longer than it reads a file', async () => {
    const listening: number[] = [];
    const { buildArchive } = reading((key, options) => {
      listening.push(getEventListeners(options!.signal!, 'abort').length);
      return bench.store.read(key, options);
    });
    await run(buildArchive, aBuild(files));
    expect(Math.max(...listening)).toBeLessThan(40);
  });

  it.each([
    ['one file', [20]],
    ['several files', [18, 19, 20, 21, 22, 23]],
  ])(
    'fails in a way worth retrying when %s cannot be opened just now, and leaves nothing',
    async (_, broken) => {
      const keys = new Set(broken.map((i) => files[i]!.source.key));
      const { buildArchive } = reading((key, options) =>
        keys.has(key) ? Promise.reject(trouble()) : bench.store.read(key, options),
      );
      expect(await failureOf(run(buildArchive, aBuild(files, { onFileError: 'skip' })))).toMatchObject({
        type: 'STORAGE_UNAVAILABLE',
        nonRetryable: false,
      });
      expect(await bench.filesOfArchives()).toEqual([]);
      // Whatever nobody waits for any more may fail now; jest reports what nobody catches.
      for (let turns = 0; turns < 20; turns++) await turn();
    },
  );
});

function trouble(): LonghaulError {
  return new LonghaulError('STORAGE_UNAVAILABLE', 'Try again.');
}
