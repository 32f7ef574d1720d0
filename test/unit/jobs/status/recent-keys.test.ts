import { beforeEach, describe, expect, it } from '@jest/globals';
import { RecentKeys } from '../../../../src/jobs/status/recent-keys.js';

describe('RecentKeys', () => {
  let now: number;
  let keys: RecentKeys;
  beforeEach(() => {
    now = 0;
    keys = new RecentKeys(1_000, () => now);
  });

  it('counts each key once', () => {
    for (const key of ['a', 'b', 'a']) keys.add(key);
    expect(keys.count).toBe(2);
    now += 500;
    keys.add('a');
    expect(keys.count).toBe(2);
  });

  it('forgets keys after the period', () => {
    keys.add('a');
    now += 600;
    expect(keys.count).toBe(1);
    now += 600;
    expect(keys.count).toBe(0);
  });

  it('forgets everything after a long pause', () => {
    keys.add('a');
    now += 10_000;
    expect(keys.count).toBe(0);
  });

  it('keeps keys that are added again', () => {
    for (let i = 0; i < 10; i++) {
      keys.add('a');
      now += 400;
    }
    expect(keys.count).toBe(1);
  });

  it('forgets deleted keys at once', () => {
    keys.add('a');
    now += 600;
    keys.add('b');
    keys.delete('a');
    keys.delete('b');
    expect(keys.count).toBe(0);
  });
});
