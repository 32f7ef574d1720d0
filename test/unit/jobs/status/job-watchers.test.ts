import { afterEach, describe, expect, it } from '@jest/globals';
import type { JobView } from '../../../../src/jobs/downloads.js';
import { JobWatchers } from '../../../../src/jobs/status/job-watchers.js';
import { FakeDownloads } from '../../../support/fake-downloads.js';
import { waitFor } from '../../../support/wait-for.js';

describe('the watchers of jobs', () => {
  const downloads = new FakeDownloads();
  const watchers = new JobWatchers(downloads);
  const ends: (() => void)[] = [];
  afterEach(() => {
    downloads.down = false;
    for (const end of ends.splice(0)) end();
  });

  function listen(view: JobView): (JobView | 'gone')[] {
    const seen: (JobView | 'gone')[] = [];
    ends.push(
      watchers.watch(view, { changed: (changed) => seen.push(changed), gone: () => seen.push('gone') }),
    );
    return seen;
  }

  const watch = async (jobId: string) => listen(await downloads.view(jobId));

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

  it('go on through an outage, and tell nothing of it', async () => {
    const jobId = downloads.add();
    const seen = await watch(jobId);
    downloads.down = true;
    const before = downloads.reads;
    await waitFor('some looks', () => downloads.reads >= before + 2);
    expect(seen).toEqual([]);
    downloads.down = false;
    downloads.change(jobId, { bytesHighWater: 10 });
    await waitFor('the job to go on', () => seen.length === 1);
    expect(seen).toMatchObject([{ stale: false, snapshot: { bytesHighWater: 10 } }]);
  });

  it('tell nothing when workers come and go', async () => {
    const jobId = downloads.add();
    const seen = await watch(jobId);
    for (const stale of [true, false, true]) {
      downloads.stale = stale;
      const before = downloads.reads;
      await waitFor('two more looks', () => downloads.reads >= before + 2);
    }
    downloads.stale = false;
    expect(seen).toEqual([]);
  });

  it('tell that a job is gone, once, and invent no end for it', async () => {
    const jobId = downloads.add();
    const [seen, witness] = [await watch(jobId), await watch(downloads.add())];
    downloads.remove(jobId);
    await waitFor('the end to be told', () => seen.length > 0);
    const before = downloads.reads;
    await waitFor('two more looks at the other', () => downloads.reads >= before + 2);
    expect(seen).toEqual(['gone']);
    expect(witness).toEqual([]);
  });

  it('tell a newcomer what it missed between its own look and its joining', async () => {
    const jobId = downloads.add();
    const early = await downloads.view(jobId);
    const first = await watch(jobId);
    downloads.change(jobId, { bytesHighWater: 10 });
    await waitFor('the first to be told', () => first.length === 1);
    const seen = listen(early);
    await waitFor('the newcomer to be told', () => seen.length === 1);
    expect(seen).toMatchObject([{ snapshot: { bytesHighWater: 10 } }]);
  });
});
