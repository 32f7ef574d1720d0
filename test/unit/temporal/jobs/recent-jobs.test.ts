import { describe, expect, it } from '@jest/globals';
import { RecentJobs } from '../../../../src/temporal/jobs/recent-jobs.js';

describe('the jobs that something happened to lately', () => {
  const markChanged = (count: number, now?: () => number) => {
    const recent = new RecentJobs(now);
    for (let i = 0; i < count; i++) recent.markChanged('user', `job-${i}`);
    return recent;
  };

  it('are told to their user, latest first', () => {
    const recent = markChanged(2);
    recent.markChanged('other', 'job-9');
    recent.markChanged('user', 'job-0');
    expect(recent.of('user')).toEqual(['job-0', 'job-1']);
    expect(recent.of('nobody')).toEqual([]);
  });

  it('are forgotten when the index knows their end, and not before', () => {
    const recent = markChanged(2);
    recent.indexed('job-0', false);
    recent.indexed('job-1', true);
    expect(recent.of('user')).toEqual(['job-0']);
  });

  it('are left to the index after a while, when it knows them', () => {
    let now = 0;
    const recent = markChanged(2, () => now);
    now = 61_000;
    recent.indexed('job-0', false);
    expect(recent.of('user')).toEqual(['job-1']);
    now = 601_000;
    expect(recent.of('user')).toEqual([]);
  });

  it('are a few per user, however many there were', () => {
    expect(markChanged(20_000).of('user')).toHaveLength(200);
  });
});
