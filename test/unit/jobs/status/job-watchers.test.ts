import { afterEach, describe, expect, it } from '@jest/globals';
import type { JobView } from '../../../../src/jobs/jobs.js';
import { JobWatchers } from '../../../../src/jobs/status/job-watchers.js';
import { FakeJobs } from '../../../support/fake-jobs.js';
import { waitFor } from '../../../support/wait-for.js';

describe('JobWatchers', () => {
  const jobs = new FakeJobs();
  const watchers = new JobWatchers(jobs);
  const ends: (() => void)[] = [];
  afterEach(() => {
    jobs.down = false;
    for (const end of ends.splice(0)) end();
  });

  function listen(view: JobView): (JobView | 'gone')[] {
    const seen: (JobView | 'gone')[] = [];
    ends.push(
      watchers.watch(view, { changed: (changed) => seen.push(changed), gone: () => seen.push('gone') }),
    );
    return seen;
  }

  const watch = async (jobId: string) => listen(await jobs.view(jobId));

  it('reads a job once for all listeners', async () => {
    const jobId = jobs.add();
    const listeners = await Promise.all(Array.from({ length: 100 }, () => watch(jobId)));
    const before = jobs.reads;
    jobs.change(jobId, { bytesHighWater: 10 });
    await waitFor('all to be told', () => listeners.every((seen) => seen.length === 1));
    expect(jobs.reads - before).toBe(1);
  });

  it('ignores changes that no client sees', async () => {
    const jobId = jobs.add();
    const seen = await watch(jobId);
    jobs.change(jobId, { archiveKey: 'k' });
    const before = jobs.reads;
    await waitFor('two more looks', () => jobs.reads >= before + 2);
    expect(seen).toEqual([]);
  });

  it('stops reading without listeners or after the end', async () => {
    const [ended, left] = [jobs.add(), jobs.add()];
    const seen = await watch(ended);
    await watch(left);
    jobs.complete(ended);
    await waitFor('the end to be told', () => seen.length === 1);
    ends.pop()!();
    const witness = jobs.add();
    const told = await watch(witness);
    const before = jobs.reads;
    jobs.change(witness, { bytesHighWater: 1 });
    await waitFor('the witness to be told', () => told.length === 1);
    expect(jobs.reads - before).toBe(1);
  });

  it('continues silently through an outage', async () => {
    const jobId = jobs.add();
    const seen = await watch(jobId);
    jobs.down = true;
    const before = jobs.reads;
    await waitFor('some looks', () => jobs.reads >= before + 2);
    expect(seen).toEqual([]);
    jobs.down = false;
    jobs.change(jobId, { bytesHighWater: 10 });
    await waitFor('the job to go on', () => seen.length === 1);
    expect(seen).toMatchObject([{ stale: false, snapshot: { bytesHighWater: 10 } }]);
  });

  it('ignores workers that come and go', async () => {
    const jobId = jobs.add();
    const seen = await watch(jobId);
    for (const stale of [true, false, true]) {
      jobs.stale = stale;
      const before = jobs.reads;
      await waitFor('two more looks', () => jobs.reads >= before + 2);
    }
    jobs.stale = false;
    expect(seen).toEqual([]);
  });

  it('reports a job that is gone once', async () => {
    const jobId = jobs.add();
    const [seen, witness] = [await watch(jobId), await watch(jobs.add())];
    jobs.remove(jobId);
    await waitFor('the end to be told', () => seen.length > 0);
    const before = jobs.reads;
    await waitFor('two more looks at the other', () => jobs.reads >= before + 2);
    expect(seen).toEqual(['gone']);
    expect(witness).toEqual([]);
  });

  it('notifies a listener of a change before joining', async () => {
    const jobId = jobs.add();
    const early = await jobs.view(jobId);
    const first = await watch(jobId);
    jobs.change(jobId, { bytesHighWater: 10 });
    await waitFor('the first to be told', () => first.length === 1);
    const seen = listen(early);
    await waitFor('the newcomer to be told', () => seen.length === 1);
    expect(seen).toMatchObject([{ snapshot: { bytesHighWater: 10 } }]);
  });
});
