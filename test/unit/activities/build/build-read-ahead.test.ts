import { getEventListeners } from 'node:events';
import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LonghaulError } from '../../../../src/contract/errors.js';
import type { ObjectStore } from '../../../../src/storage/object-store.js';
import { noise } from '../../../support/bodies.js';
import { readWithPython } from '../../../support/unpack.js';
import { aBuild, ActivityBench, changed, failureOf, run, type StoredFile } from '../support.js';

describe('buildArchive reading ahead', () => {
  let bench: ActivityBench;
  let files: StoredFile[];
  beforeEach(async () => {
    bench = await ActivityBench.start();
    files = await Promise.all(Array.from({ length: 60 }, (_, i) => bench.put(i, Buffer.from(`file ${i}`))));
  });
  afterEach(() => bench.stop());

  const reading = (read: ObjectStore['read']) => bench.activities({ store: changed(bench.store, { read }) });

  it('keeps the order of the request', async () => {
    let next = 0;
    const input = aBuild(files);
    const { buildArchive } = reading(async (key, options) => {
      // The first of eight waits longest.
      for (let ticks = 40 - 5 * (next++ % 8); ticks > 0; ticks--) await nextTick();
      return bench.store.read(key, options);
    });
    await run(buildArchive, input);
    const entries = await readWithPython(await bench.archiveOf(input), 'zip');
    expect(entries.map(({ name }) => name)).toEqual(files.map(({ name }) => name));
  });

  it('opens eight files at once', async () => {
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

  it('opens large files one after the other', async () => {
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

  it('removes its abort listeners after each file', async () => {
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
  ])('fails as retryable when %s cannot be opened', async (_, broken) => {
    const keys = new Set(broken.map((i) => files[i]!.source.key));
    const { buildArchive } = reading((key, options) =>
      keys.has(key) ? Promise.reject(unavailable()) : bench.store.read(key, options),
    );
    expect(await failureOf(run(buildArchive, aBuild(files, { onFileError: 'skip' })))).toMatchObject({
      type: 'STORAGE_UNAVAILABLE',
      nonRetryable: false,
    });
    expect(await bench.filesOfArchives()).toEqual([]);
    // Abandoned reads may fail now; Jest reports unhandled rejections.
    for (let ticks = 0; ticks < 20; ticks++) await nextTick();
  });
});

function unavailable(): LonghaulError {
  return new LonghaulError('STORAGE_UNAVAILABLE', 'Try again.');
}
