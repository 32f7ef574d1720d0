import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MARKER_KEY } from '../../../src/storage/keys.js';
import { objectError, storeError } from '../../../src/storage/store-errors.js';
import { ForeignStore, StoreMarker } from '../../../src/storage/store-marker.js';
import { readAll } from '../../support/bodies.js';
import { ActivityBench, changed, type Store } from '../activities/support.js';

const OURS = { id: 'id-1', name: 'default' };
const OTHER = { id: 'id-2', name: 'default' };

describe('StoreMarker', () => {
  let bench: ActivityBench;
  let warnings: string[];
  beforeEach(async () => {
    bench = await ActivityBench.start();
    warnings = [];
  });
  afterEach(() => bench.stop());

  const markerOf = (namespace: typeof OURS, store: Store = bench.store) =>
    new StoreMarker(store, namespace, { info: () => {}, warn: (_, message) => void warnings.push(message) });
  const stored = async () => JSON.parse(String(await readAll(await bench.store.read(MARKER_KEY)))) as unknown;

  it('marks a new store once', async () => {
    await markerOf(OURS).check();
    expect(await stored()).toEqual(OURS);
    const readOnly = changed(bench.store, { write: () => Promise.reject(new Error('written again')) });
    await markerOf(OURS, readOnly).claim();
    expect(warnings).toEqual([]);
  });

  it('leaves the mark of another namespace', async () => {
    await markerOf(OTHER).claim();
    await expect(markerOf(OURS).claim()).rejects.toThrow(ForeignStore);
    expect(await stored()).toEqual(OTHER);
  });

  it('says whose a foreign store is, which is usable', async () => {
    await markerOf(OTHER).claim();
    await markerOf(OURS).check();
    expect(warnings).toEqual([expect.stringContaining('default (id-2)')]);
    expect(warnings[0]).toContain(MARKER_KEY);
  });

  it.each(['', 'not JSON', '{}', 'null'])('takes the mark %j for a foreign one', async (text) => {
    await bench.store.write(MARKER_KEY, Buffer.from(text));
    await expect(markerOf(OURS).claim()).rejects.toThrow(ForeignStore);
  });

  describe('that may not be read', () => {
    const denied = objectError('FILE_FORBIDDEN', new Error('denied'));
    const blind = () => changed(bench.store, { read: () => Promise.reject(denied) });

    it('is written when the list has none', async () => {
      await markerOf(OURS, blind()).claim();
      expect(await stored()).toEqual(OURS);
    });

    it('is not overwritten', async () => {
      await markerOf(OTHER).claim();
      await expect(markerOf(OURS, blind()).claim()).rejects.toBe(denied);
      expect(await stored()).toEqual(OTHER);
    });
  });

  it('does not mark a store that cannot be used', async () => {
    const failure = storeError('STORAGE_UNAVAILABLE', new Error('away'));
    const away = changed(bench.store, { check: () => Promise.reject(failure) });
    await expect(markerOf(OURS, away).check()).rejects.toBe(failure);
    expect(await bench.keysOf()).toEqual([]);
  });
});
