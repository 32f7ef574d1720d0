import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { laneIdFor, workflowIdFor } from '../../src/contract/names.js';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import { type BuildTime, buildTimes, mostAtOnce } from '../support/build-times.js';
import { pseudoText } from '../support/pseudo-text.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const MIB = 1024 * 1024;
const CAP = 3;
const MAX_QUEUED = 40;
/** Of one user at once, while everything is done to them. */
const MANY = 200;
const QUICK = { fileId: 70_000 };
const SLOW = { fileId: 70_001, archive: { compression: 'deflate' } };
/** Holds a slot until it is cancelled or terminated. */
const ENDLESS = { fileId: 70_002, archive: { compression: 'deflate' } };
/** A slot that was held by a job that was terminated is given back by a worker's next look. */
const LANE_ENDS_WITHIN_MS = 90_000;

describeWith(await locateTemporalCli(), 'the jobs of one user', (temporalCli) => {
  let stack: Stack;
  let client: Client;
  beforeAll(async () => {
    stack = await Stack.start({
      temporalCli,
      workers: 2,
      env: {
        MAX_RUNNING_JOBS_PER_USER: String(CAP),
        MAX_QUEUED_JOBS_PER_USER: String(MAX_QUEUED),
        HEARTBEAT_TIMEOUT_MS: '5000',
        // A lane that cannot be read in time refuses nobody; here it is to be read, however busy the machine.
        REQUEST_TIMEOUT_MS: '30000',
      },
      // So that lanes go on with a new history many times.
      dynamicConfig: ['limit.historyCount.suggestContinueAsNew=60'],
    });
    client = new Client({ connection: await Connection.connect({ address: stack.temporalAddress }) });
    await stack.store.write('downloads/70000', Buffer.from('small'));
    await stack.store.write('downloads/70001', pseudoText(2 * MIB));
    await stack.store.write('downloads/70002', pseudoText(512 * MIB));
  });
  afterAll(async () => {
    await client?.connection.close();
    await stack?.stop();
  });

  let users = 0;
  /** A user nobody has heard of. */
  const aUser = () => `user-${++users}`;

  const as = (userId: string) => ({ 'x-user-id': userId });

  async function post(userId: string, body: object, server = stack.baseUrl): Promise<string> {
    const response = await fetch(`${server}/v1/download/initiate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...as(userId) },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(202);
    return ((await response.json()) as { jobId: string }).jobId;
  }

  async function status(userId: string, jobId: string): Promise<DownloadStatus> {
    const response = await stack.request(`/v1/download/status/${jobId}`, { headers: as(userId) });
    return (await response.json()) as DownloadStatus;
  }

  const job = (jobId: string) => client.workflow.getHandle(workflowIdFor(jobId));
  const laneOf = (userId: string) => client.workflow.getHandle(laneIdFor(userId));

  /** Resolves when the workflow of the job has ended in whatever way. */
  const ended = (jobId: string) =>
    job(jobId)
      .result()
      .then(
        () => 'completed',
        () => 'ended',
      );

  async function expectLaneToEnd(userId: string): Promise<void> {
    await waitFor(
      'the lane to end',
      async () => (await laneOf(userId).describe()).status.name === 'COMPLETED',
      LANE_ENDS_WITHIN_MS,
    );
  }

  async function untilBuilding(userId: string, ...jobIds: string[]): Promise<void> {
    for (const jobId of jobIds) {
      await waitFor('the job to build', async () => (await status(userId, jobId)).bytesProcessed > 0);
    }
  }

  const buildsOf = async (jobIds: string[]): Promise<BuildTime[]> =>
    (await Promise.all(jobIds.map((jobId) => buildTimes(client, jobId)))).flat();

  /** Jobs that have all of the user's slots until they are let go. */
  async function holders(userId: string): Promise<string[]> {
    const jobIds = await Promise.all(Array.from({ length: CAP }, () => post(userId, ENDLESS)));
    await untilBuilding(userId, ...jobIds);
    return jobIds;
  }

  async function untilWaiting(userId: string, jobIds: string[]): Promise<void> {
    for (const [i, jobId] of jobIds.entries()) {
      await waitFor(
        'the place to be told',
        async () => (await status(userId, jobId)).queuePosition === i + 1,
      );
    }
  }

  it('build in the order in which they were asked for, and no more of them at once than may', async () => {
    const user = aUser();
    const first = await holders(user);
    const jobIds: string[] = [];
    for (let i = 0; i < 12; i++) jobIds.push(await post(user, SLOW));
    await untilWaiting(user, jobIds);
    expect(await status(user, jobIds[0]!)).toMatchObject({
      status: 'queued',
      startedAt: null,
      message: 'Waiting for one of your other downloads to finish',
    });
    for (const jobId of first) await stack.post(`/v1/download/cancel/${jobId}`, undefined, as(user));
    expect(await Promise.all(jobIds.map(ended))).toEqual(jobIds.map(() => 'completed'));
    expect(await status(user, jobIds[11]!)).toMatchObject({ status: 'completed', queuePosition: null });
    const builds = await buildsOf(jobIds);
    expect(mostAtOnce([...builds, ...(await buildsOf(first))])).toBe(CAP);
    // Those of one moment may have begun in any order.
    for (const [i, build] of builds.entries()) {
      expect(builds.filter((other) => other.from < build.from).length).toBeLessThan(i + CAP);
    }
    await expectLaneToEnd(user);
  });

  it('have their slots in the order in which they were posted, whichever server took them', async () => {
    const other = await stack.startAnotherApi();
    for (let round = 0; round < 8; round++) {
      const user = aUser();
      const jobIds: string[] = [];
      for (let i = 0; i < 2 * CAP; i++) {
        jobIds.push(await post(user, SLOW, i % 2 ? other : stack.baseUrl));
      }
      expect(await Promise.all(jobIds.map(ended))).toEqual(jobIds.map(() => 'completed'));
      const statuses = await Promise.all(jobIds.map((jobId) => status(user, jobId)));
      const started = statuses.map(({ startedAt }) => startedAt!);
      expect(started).toEqual(started.toSorted());
    }
  });

  it('hold up nobody else', async () => {
    const user = aUser();
    const first = await holders(user);
    const waiting = await post(user, QUICK);
    // At once, and not when its files have been looked up.
    expect((await status(user, waiting)).queuePosition).toBe(1);
    expect(await ended(await post(aUser(), QUICK))).toBe('completed');
    expect(await status(user, waiting)).toMatchObject({ status: 'queued' });
    for (const jobId of first) await job(jobId).terminate();
    expect(await ended(waiting)).toBe('completed');
    await expectLaneToEnd(user);
  });

  it('are refused when as many wait as may, exactly, and a repeated request is not', async () => {
    const user = aUser();
    const first = await holders(user);
    const before: string[] = [];
    for (let i = 0; i < MAX_QUEUED / 20 - 1; i++) {
      before.push(...(await Promise.all(Array.from({ length: 20 }, () => post(user, QUICK)))));
    }
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        stack.post('/v1/download/initiate', { ...QUICK, clientRequestId: `key-${i}` }, as(user)),
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
      detail: expect.stringMatching(`${CAP} running and ${MAX_QUEUED} waiting`),
    });
    const again = { ...QUICK, clientRequestId: `key-${accepted[0]}` };
    const repeated = await stack.post('/v1/download/initiate', again, as(user));
    expect([repeated.status, repeated.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    for (const jobId of first) await stack.post(`/v1/download/cancel/${jobId}`, undefined, as(user));
    await Promise.all([...before, ...accepted.map((i) => bodies[i]!.jobId)].map(ended));
    await waitFor('a job to be accepted again', async () => {
      const answer = await stack.post('/v1/download/initiate', QUICK, as(user));
      return answer.status === 202;
    });
    await expectLaneToEnd(user);
  }, 300_000);

  it('leave their lane when they are cancelled in their first moment', async () => {
    const user = aUser();
    const jobIds = await Promise.all(Array.from({ length: 30 }, () => post(user, QUICK)));
    await Promise.all(
      jobIds.map((jobId) =>
        job(jobId)
          .cancel()
          .catch(() => {}),
      ),
    );
    await Promise.all(jobIds.map(ended));
    await expectLaneToEnd(user);
  });

  it('find their lane open however often it ends in the same moment', async () => {
    const user = aUser();
    for (let round = 0; round < 20; round++) {
      const jobIds = await Promise.all([1, 2].map(() => post(user, QUICK)));
      expect(await Promise.all(jobIds.map(ended))).toEqual(['completed', 'completed']);
    }
    await expectLaneToEnd(user);
  });

  it('are never more than may be, and all end, while workers are killed and jobs terminated', async () => {
    const user = aUser();
    const lenient = await stack.startAnotherApi({ MAX_QUEUED_JOBS_PER_USER: String(MANY) });
    const jobIds = await Promise.all(Array.from({ length: MANY }, () => post(user, SLOW, lenient)));
    const over = new AbortController();
    const all = Promise.all(jobIds.map(ended)).finally(() => over.abort());
    const killing = (async () => {
      for (let i = 0; !over.signal.aborted && i < 5; i++) {
        const [victim, ...targets] = [stack.workers[i]!, ...jobIds.slice(20 * i, 20 * i + 60)];
        await waitFor(
          'some jobs to end',
          async () => over.signal.aborted || (await countEnded(jobIds)) >= 20 * (i + 1),
          120_000,
        );
        await Promise.all([
          victim.kill(),
          stack.startWorker(),
          ...targets
            .filter((_, n) => n % 15 === 0)
            .map((jobId) =>
              job(jobId)
                .terminate()
                .catch(() => {}),
            ),
        ]);
      }
    })();
    await Promise.all([all, killing]);
    const builds = await buildsOf(jobIds);
    expect(mostAtOnce(builds)).toBe(CAP);
    expect(builds.length).toBeGreaterThan(150);
    await expectLaneToEnd(user);
    const { historyLength } = await laneOf(user).describe();
    expect(historyLength).toBeLessThan(1_000);
  }, 300_000);

  it('keep their places while no worker runs, and say that nobody can tell more', async () => {
    const user = aUser();
    const first = await holders(user);
    const waiting = await post(user, QUICK);
    await untilWaiting(user, [waiting]);
    await Promise.all(stack.workers.map((worker) => worker.kill()));
    await waitFor('the status to be stale', async () => (await status(user, waiting)).stale === true);
    expect(await status(user, waiting)).toMatchObject({ status: 'queued', queuePosition: 1, stale: true });
    const health = () => stack.request('/health');
    await waitFor(
      'the want of workers to be markChanged',
      async () => (await health()).status === 503,
      30_000,
    );
    expect(await (await health()).json()).toMatchObject({
      checks: { worker: 'not reachable', temporal: 'ok' },
    });
    await stack.startWorker();
    await waitFor('the worker to be markChanged', async () => (await health()).ok);
    for (const jobId of first) await stack.post(`/v1/download/cancel/${jobId}`, undefined, as(user));
    expect(await ended(waiting)).toBe('completed');
  });

  async function countEnded(jobIds: string[]): Promise<number> {
    const descriptions = await Promise.all(jobIds.map((jobId) => job(jobId).describe()));
    return descriptions.filter(({ status: { name } }) => name !== 'RUNNING').length;
  }
});
