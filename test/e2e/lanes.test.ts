import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mostAtOnce } from '../support/build-times.js';
import { LaneStack, MAX_RUNNING, QUICK, SLOW } from '../support/lane-stack.js';
import { describeWith } from '../support/require-server.js';
import { locateTemporalCli } from '../support/temporal-programs.js';

describeWith(await locateTemporalCli(), 'lane of one user', (temporalCli) => {
  let lanes: LaneStack;
  beforeAll(async () => {
    lanes = await LaneStack.start(temporalCli);
  });
  afterAll(() => lanes?.stop());

  it('builds in queue order, three at once', async () => {
    const user = lanes.newUser();
    const first = await lanes.fillSlots(user);
    const jobIds: string[] = [];
    for (let i = 0; i < 12; i++) jobIds.push(await lanes.post(user, SLOW));
    await lanes.untilQueued(user, jobIds);
    expect(await lanes.status(user, jobIds[0]!)).toMatchObject({
      status: 'queued',
      startedAt: null,
      message: 'Waiting for one of your other downloads to finish',
    });
    await lanes.cancel(user, first);
    expect(await Promise.all(jobIds.map((jobId) => lanes.ended(jobId)))).toEqual(
      jobIds.map(() => 'completed'),
    );
    expect(await lanes.status(user, jobIds[11]!)).toMatchObject({ status: 'completed', queuePosition: null });
    const builds = await lanes.buildsOf(jobIds);
    expect(mostAtOnce([...builds, ...(await lanes.buildsOf(first))])).toBe(MAX_RUNNING);
    // Jobs that got their slots at the same moment may start in any order.
    for (const [i, build] of builds.entries()) {
      expect(builds.filter((other) => other.from < build.from).length).toBeLessThan(i + MAX_RUNNING);
    }
    await lanes.expectLaneToEnd(user);
  });

  it('does not delay other users', async () => {
    const user = lanes.newUser();
    const first = await lanes.fillSlots(user);
    const waiting = await lanes.post(user, QUICK);
    await lanes.untilQueued(user, [waiting]);
    expect(await lanes.ended(await lanes.post(lanes.newUser(), QUICK))).toBe('completed');
    expect(await lanes.status(user, waiting)).toMatchObject({ status: 'queued' });
    for (const jobId of first) await lanes.workflow(jobId).terminate();
    expect(await lanes.ended(waiting)).toBe('completed');
    await lanes.expectLaneToEnd(user);
  });

  it('ends after early cancellations', async () => {
    const user = lanes.newUser();
    const jobIds = await Promise.all(Array.from({ length: 30 }, () => lanes.post(user, QUICK)));
    await Promise.all(
      jobIds.map((jobId) =>
        lanes
          .workflow(jobId)
          .cancel()
          .catch(() => {}),
      ),
    );
    expect(await Promise.all(jobIds.map((jobId) => lanes.ended(jobId)))).toHaveLength(30);
    await lanes.expectLaneToEnd(user);
  });
});
