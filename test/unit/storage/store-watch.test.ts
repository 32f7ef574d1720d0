import { beforeEach, describe, expect, it } from '@jest/globals';
import { storeError, type StoreErrorCode } from '../../../src/storage/store-errors.js';
import { StoreWatch } from '../../../src/storage/store-watch.js';

describe('StoreWatch', () => {
  let outcome: () => Promise<void>;
  let lines: string[];
  let observed: number[];
  let now: number;
  let watch: StoreWatch;
  beforeEach(() => {
    [outcome, lines, observed, now] = [async () => {}, [], [], 0];
    const write = (level: string) => (_: object, message: string) => void lines.push(`${level} ${message}`);
    watch = new StoreWatch(
      { check: () => outcome(), clockAheadMs: () => 5 },
      { info: write('info'), warn: write('warn') },
      { observe: (aheadMs) => void observed.push(aheadMs) },
      () => now,
    );
  });

  const failing = (code: StoreErrorCode) => () =>
    Promise.reject(storeError(code, new Error('Correct S3_BUCKET_NAME.')));
  const check = () => watch.check(1_000).catch(() => {});

  it('says what to correct once a minute, until it works', async () => {
    await check();
    expect(lines).toEqual([]);
    outcome = failing('STORAGE_UNAVAILABLE');
    await expect(watch.check(1_000)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    now = 59_999;
    await check();
    expect(lines).toEqual(['warn the object store does not work: Correct S3_BUCKET_NAME.']);
    now = 60_000;
    await check();
    outcome = async () => {};
    await check();
    await check();
    expect(lines.slice(1)).toEqual([lines[0], 'info the object store works again']);
  });

  it('ends a check that hangs', async () => {
    outcome = () => new Promise(() => {});
    await expect(watch.check(1)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(lines).toEqual([expect.stringContaining('Check S3_ENDPOINT')]);
  });

  it('compares the clocks after success and failure', async () => {
    await check();
    outcome = failing('STORAGE_UNAVAILABLE');
    await check();
    expect(observed).toEqual([5, 5]);
  });

  it('counts a full store as usable, with a warning', async () => {
    outcome = failing('STORAGE_FULL');
    await watch.untilUsable();
    expect(lines).toHaveLength(1);
  });

  it('waits for a store that does not work', async () => {
    const outcomes = [failing('STORAGE_UNAVAILABLE'), async () => {}];
    outcome = () => outcomes.shift()!();
    await watch.untilUsable();
    expect(outcomes).toEqual([]);
  });
});
