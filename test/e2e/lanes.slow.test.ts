import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mostAtOnce } from '../support/build-times.js';
import { LaneStack, MAX_QUEUED, MAX_RUNNING, QUICK, SLOW } from '../support/lane-stack.js';
import { describeWith } from '../support/require-server.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

/** Jobs of one user at once, while workers are killed and jobs terminated. */
const MANY = 120;

describeWith(await locateTemporalCli(), 'lane of one user under stress', (temporalCli) => {
  let lanes: LaneStack;
  beforeAll(async () => {
    lanes = await LaneStack.start(temporalCli);
  });
  afterAll(() => lanes?.stop());

  it('refuses jobs beyond the queue, but not repeated ones', async () => {
    const user = lanes.newUser();
    const first = await lanes.fillSlots(user);
    const before: string[] = [];
    for (let i = 0; i < MAX_QUEUED / 20 - 1; i++) {
      before.push(...(await Promise.all(Array.from({ length: 20 }, () => lanes.post(user, QUICK)))));
    }
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        lanes.postResponse(user, { ...QUICK, clientRequestId: `key-${i}` }),
      ),
    );
    const bodies = await Promise.all(
      answers.map(async (answer) => (await answer.json()) as { jobId: string }),
    );
    const accepted = answers.flatMap(({ status: code }, i) => (code === 202 ? [i] : []));
    expect(accepted).toHaveLength(20);
    const refused = answers.findIndex(({ status: code }) => code === 429);
    expect(Number(answers[refused]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(bodies[refused]).toMatchObject({
      code: 'TOO_MANY_JOBS',
      detail: expect.stringMatching(`${MAX_RUNNING} running, ${MAX_QUEUED} queued`),
    });
    const again = { ...QUICK, clientRequestId: `key-${accepted[0]}` };
    const repeated = await lanes.postResponse(user, again);
    expect([repeated.status, repeated.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    await lanes.cancel(user, first);
    const all = [...before, ...accepted.map((i) => bodies[i]!.jobId)];
    await Promise.all(all.map((jobId) => lanes.ended(jobId)));
    await waitFor('a job to be accepted again', async () => {
      return (await lanes.postResponse(user, QUICK)).status === 202;
    });
    await lanes.expectLaneToEnd(user);
  }, 300_000);

  it('opens again whenever it ends during a request', async () => {
    const user = lanes.newUser();
    for (let round = 0; round < 20; round++) {
      const jobIds = await Promise.all([1, 2].map(() => lanes.post(user, QUICK)));
      expect(await Promise.all(jobIds.map((jobId) => lanes.ended(jobId)))).toEqual([
        'completed',
        'completed',
      ]);
    }
    await lanes.expectLaneToEnd(user);
  });

  it('keeps its limit while workers and jobs are killed', async () => {
    const { stack } = lanes;
    const user = lanes.newUser();
    const lenient = await stack.startAnotherApi({ MAX_QUEUED_JOBS_PER_USER: String(MANY) });
    const jobIds = await Promise.all(Array.from({ length: MANY }, () => lanes.post(user, SLOW, lenient)));
    const over = new AbortController();
    const all = Promise.all(jobIds.map((jobId) => lanes.ended(jobId))).finally(() => over.abort());
    const killing = (async () => {
      for (let i = 0; !over.signal.aborted && i < 3; i++) {
        const [victim, ...targets] = [stack.workers[i]!, ...jobIds.slice(20 * i, 20 * i + 60)];
        await waitFor(
          'some jobs to end',
          async () => over.signal.aborted || (await lanes.countEnded(jobIds)) >= 20 * (i + 1),
          120_000,
        );
        const terminated = targets.filter((_, n) => n % 15 === 0);
        await Promise.all([
          victim.kill(),
          stack.startWorker(),
          ...terminated.map((jobId) =>
            lanes
              .workflow(jobId)
              .terminate()
              .catch(() => {}),
          ),
        ]);
      }
    })();
    await Promise.all([all, killing]);
    const builds = await lanes.buildsOf(jobIds);
    expect(mostAtOnce(builds)).toBe(MAX_RUNNING);
    expect(builds.length).toBeGreaterThan(90);
    await lanes.expectLaneToEnd(user);
    const { historyLength } = await lanes.lane(user).describe();
    expect(historyLength).toBeLessThan(1_000);
  }, 300_000);

  it('keeps queue positions while no worker runs', async () => {
    const { stack } = lanes;
    const user = lanes.newUser();
    const first = await lanes.fillSlots(user);
    const waiting = await lanes.post(user, QUICK);
    await lanes.untilQueued(user, [waiting]);
    await Promise.all(stack.workers.map((worker) => worker.kill()));
    await waitFor('a stale status', async () => (await lanes.status(user, waiting)).stale === true);
    expect(await lanes.status(user, waiting)).toMatchObject({
      status: 'queued',
      queuePosition: 1,
      stale: true,
    });
    const health = () => stack.request('/health');
    await waitFor('health to miss the workers', async () => (await health()).status === 503);
    expect(await (await health()).json()).toMatchObject({
      checks: { worker: 'not reachable', temporal: 'ok' },
    });
    await stack.startWorker();
    await waitFor('health to see the worker', async () => (await health()).ok);
    await lanes.cancel(user, first);
    expect(await lanes.ended(waiting)).toBe('completed');
  });
});
