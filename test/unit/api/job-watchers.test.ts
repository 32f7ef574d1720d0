import { afterEach, describe, expect, it } from '@jest/globals';
import type { JobView } from '../../../src/api/downloads.js';
import { JobWatchers } from '../../../src/api/job-watchers.js';
import { FakeDownloads } from '../../support/fake-downloads.js';
import { waitFor } from '../../support/wait-for.js';

describe('the watchers of jobs', () => {
  const downloads = new FakeDownloads();
  const watchers = new JobWatchers(downloads);
  const ends: (() => void)[] = [];
  afterEach(() => {
    downloads.down = false;
    for (const end of ends.splice(0)) end();
  });

  async function watch(jobId: string): Promise<JobView[]> {
    const seen: JobView[] = [];
    ends.push(watchers.watch(await downloads.view(jobId), (view) => seen.push(view)));
    return seen;
  }

  it('read a job once, however many listen', async () => {
    const jobId = downloads.add();
    const listeners = await Promise.all(Array.from({ length: 100 }, () => watch(jobId)));
    const before = downloads.reads;
    downloads.change(jobId, { bytesHighWater: 10 });
    await waitFor('all to be told', () => listeners.every((seen) => seen.length === 1));
    expect(downloads.reads - before).toBe(1);
  });

  it('tell nothing when nothing changed that a client can see', async () => {
    const jobId = downloads.add();
    const seen = await watch(jobId);
    downloads.change(jobId, { archiveKey: 'k' });
    const before = downloads.reads;
    await waitFor('two more looks', () => downloads.reads >= before + 2);
    expect(seen).toEqual([]);
  });

  it('stop looking when the job has ended, and when nobody listens', async () => {
    const [ended, left] = [downloads.add(), downloads.add()];
    const seen = await watch(ended);
    await watch(left);
    downloads.complete(ended);
    await waitFor('the end to be told', () => seen.length === 1);
    ends.pop()!();
    const witness = downloads.add();
    const told = await watch(witness);
    const before = downloads.reads;
    downloads.change(witness, { bytesHighWater: 1 });
    await waitFor('the witness to be told', () => told.length === 1);
    expect(downloads.reads - before).toBe(1);
  });

  it('go on through an outage, which they tell', async () => {
    const jobId = downloads.add();
    const seen = await watch(jobId);
    downloads.down = true;
    await waitFor('the outage to be told', () => seen.at(-1)?.stale);
    downloads.down = false;
    downloads.change(jobId, { bytesHighWater: 10 });
    await waitFor('the job to go on', () => seen.at(-1)?.snapshot.bytesHighWater === 10);
    expect(seen.map((view) => view.stale)).toEqual([true, false]);
  });

  it('tell of a job that was removed as of one that failed', async () => {
    const jobId = downloads.add();
    const seen = await watch(jobId);
    downloads.remove(jobId);
    await waitFor('the end to be told', () => seen.length === 1);
    expect(seen[0]!.snapshot).toMatchObject({ status: 'failed', error: { code: 'JOB_NOT_FOUND' } });
  });

  it('tell a newcomer what it missed between its own look and its joining', async () => {
    const jobId = downloads.add();
    const early = await downloads.view(jobId);
    const first = await watch(jobId);
    downloads.change(jobId, { bytesHighWater: 10 });
    await waitFor('the first to be told', () => first.length === 1);
    const seen: JobView[] = [];
    ends.push(watchers.watch(early, (view) => seen.push(view)));
    await waitFor('the newcomer to be told', () => seen.length === 1);
    expect(seen[0]!.snapshot.bytesHighWater).toBe(10);
  });
});
