import { describe, expect, it } from '@jest/globals';
import { sizeOf } from '../../../../src/dev/size/size.js';
import { sizeTable } from '../../../../src/dev/size/table.js';

const GIB = 1024 ** 3;
const SMALL = { jobsPerHour: 60, files: 100, bytes: 0.2 * GIB, openPages: 20 };

describe('sizeOf', () => {
  it('gives a small service two of each server', () => {
    const { apis, workers, temporal, slots } = sizeOf(SMALL);
    expect([apis.count, workers.count, temporal.cores, slots]).toEqual([2, 2, 2, 1]);
  });

  it('needs builds for the bytes of each second', () => {
    // 10 jobs a second of 1.13 GiB: 11.3 GiB/s, of which a slot takes 113 MiB/s and uses 70 %.
    const { slots, workers } = sizeOf({
      ...SMALL,
      jobsPerHour: 36_000,
      files: 0,
      bytes: 1_130 * 1024 ** 2,
    });
    expect(slots).toBe(143);
    expect(workers.count).toBe(29);
  });

  it('gives larger buffers to archives of 100 GiB', () => {
    const memory = (bytes: number) => sizeOf({ ...SMALL, bytes }).workers.memory;
    expect(memory(100 * GIB)).toBeGreaterThan(memory(99 * GIB));
  });

  it('adds API servers for streams beyond their limit', () => {
    expect(sizeOf({ ...SMALL, openPages: 35_000 }).apis.count).toBeGreaterThanOrEqual(4);
  });

  it('keeps archives for a day and jobs for a week', () => {
    const { store, database } = sizeOf(SMALL);
    expect(store.bytes).toBeCloseTo(24 * 60 * 0.2 * GIB, -3);
    expect(database.bytes).toBeGreaterThan(7 * 24 * 60 * 1024);
  });
});

describe('sizeTable', () => {
  it('shows no demand as the smallest deployment', () => {
    const table = sizeTable(sizeOf({ jobsPerHour: 0, files: 0, bytes: 0, openPages: 0 }));
    expect(table).toContain('API servers');
    expect(table).not.toMatch(/NaN|Infinity/);
  });
});
