import { describe, expect, it } from '@jest/globals';
import type { JobState } from '../../../../src/activities/sweep/job-lookup.js';
import { expiredObjects, isStaleUpload } from '../../../../src/activities/sweep/sweep-rules.js';
import { archiveKey, outcomesKey, preparedKey } from '../../../../src/storage/keys.js';
import type { ListedObject } from '../../../../src/storage/object-store.js';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-03-10T03:00:00Z');
const TTL = 24 * HOUR;

const published = archiveKey('job', 'published', 'zip');
const late = archiveKey('job', 'late', 'zip');

const object = (key: string, ageMs: number): ListedObject => ({
  key,
  size: 1,
  lastModified: new Date(NOW - ageMs),
});
const completed = (ageMs: number, ttlMs: number | null = TTL): JobState => ({
  state: 'completed',
  completedAt: NOW - ageMs,
  ttlMs,
  archiveKey: published,
});
const keysOf = (fate: JobState, objects: ListedObject[]) =>
  expiredObjects(fate, objects, NOW, TTL).map(({ key }) => key);

describe('expiredObjects', () => {
  const old = [published, outcomesKey(published), preparedKey('job', 'x')].map((key) =>
    object(key, 100 * HOUR),
  );

  it('keeps all objects of a running job', () => {
    expect(keysOf({ state: 'running' }, old)).toEqual([]);
  });

  it('deletes objects of a dead job after an hour', () => {
    const objects = [object(published, HOUR + 1), object(late, HOUR - 1)];
    expect(keysOf({ state: 'dead' }, objects)).toEqual([published]);
  });

  it('deletes all of an expired job except newer objects', () => {
    expect(keysOf(completed(TTL), old)).toHaveLength(3);
    expect(keysOf(completed(TTL - 1), old.slice(0, 2))).toEqual([]);
    expect(keysOf(completed(TTL + 2 * HOUR), [object(published, 30 * HOUR), object(late, HOUR)])).toEqual([
      published,
    ]);
  });

  it('uses the TTL the job was accepted with', () => {
    expect(keysOf(completed(2 * HOUR, HOUR), old)).toHaveLength(3);
    expect(keysOf(completed(2 * TTL, 3 * TTL), old.slice(0, 2))).toEqual([]);
    expect(keysOf(completed(TTL + 1, null), old)).toHaveLength(3);
  });

  it('keeps the archive of a completed job, deletes leftovers', () => {
    const objects = [object(published, 5 * HOUR), object(outcomesKey(published), 5 * HOUR)];
    const left = [object(late, 3 * HOUR), object(outcomesKey(late), HOUR / 2)];
    expect(keysOf(completed(4 * HOUR), [...objects, ...left])).toEqual([late]);
    const unknownKey = { ...completed(4 * HOUR), archiveKey: null } as JobState;
    expect(keysOf(unknownKey, [...objects, ...left])).toEqual([]);
  });

  it('deletes unknown jobs once all objects exceed the TTL', () => {
    const objects = [object(published, TTL + 1), object(late, 3 * TTL)];
    expect(keysOf({ state: 'unknown' }, objects)).toHaveLength(2);
    expect(keysOf({ state: 'unknown' }, [...objects, object('k', TTL - 1)])).toEqual([]);
  });
});

describe('isStaleUpload', () => {
  const upload = (ageMs: number) => ({ key: published, since: new Date(NOW - ageMs) });

  it.each<[JobState, number, boolean]>([
    [{ state: 'running' }, 1_000 * HOUR, false],
    [{ state: 'dead' }, 0, true],
    [completed(0), 0, true],
    [{ state: 'unknown' }, 23 * HOUR, false],
    [{ state: 'unknown' }, 25 * HOUR, true],
  ])('returns for %j after %d ms: %j', (job, ageMs, stale) => {
    expect(isStaleUpload(job, upload(ageMs), NOW)).toBe(stale);
  });
});
