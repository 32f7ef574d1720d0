import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { HANDED_OVER } from '../../src/contract/activities.js';
import { ORCHESTRATION_TASK_QUEUE, SWEEP_WORKFLOW } from '../../src/contract/names.js';
import {
  NOTHING_SWEPT,
  type SweepActivities,
  type SweepInput,
  type SweepProgress,
} from '../../src/contract/sweep.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { ensureSweepSchedule } from '../../src/temporal/setup/sweep-schedule.js';
import { FakeActivities } from '../support/fake-activities.js';
import { describeWith } from '../support/require-server.js';
import { locateTemporalTestServer } from '../support/temporal-programs.js';
import { TimeSkippingTemporal } from '../support/time-skipping.js';

describeWith(await locateTemporalTestServer(), 'sweepWorkflow', (serverPath) => {
  let temporal: TimeSkippingTemporal;
  beforeAll(async () => {
    temporal = await TimeSkippingTemporal.start(serverPath);
  });
  afterAll(() => temporal.stop());

  function sweep(sweepArtifacts: SweepActivities['sweepArtifacts']) {
    return temporal.serve(Object.assign(new FakeActivities(), { sweepArtifacts }), () =>
      temporal.env.client.workflow.execute(SWEEP_WORKFLOW, {
        workflowId: `sweep-${Date.now()}`,
        taskQueue: ORCHESTRATION_TASK_QUEUE,
      }),
    );
  }

  it('completes after hand-overs and an outage', async () => {
    const inputs: SweepInput[] = [];
    const progress: SweepProgress = { partition: '7f', summary: { ...NOTHING_SWEPT, jobsSeen: 5 } };
    const steps = [
      ApplicationFailure.create({ type: HANDED_OVER, nonRetryable: true, details: [progress] }),
      ApplicationFailure.create({ type: 'STORAGE_UNAVAILABLE', message: 'down' }),
      ApplicationFailure.create({ type: HANDED_OVER, nonRetryable: true, details: [null] }),
    ];
    const result = await sweep(async (input) => {
      inputs.push(input);
      const step = steps.shift();
      if (step) throw step;
      return { ...NOTHING_SWEPT, jobsSeen: 9 };
    });
    expect(result).toEqual({ ...NOTHING_SWEPT, jobsSeen: 9 });
    expect(inputs.map(({ handedOver }) => handedOver)).toEqual([null, progress, progress, progress]);
  });

  it('only warns on a server without schedules', async () => {
    const logged: string[] = [];
    const logger = createLogger('warn', 'test', { destination: { write: (line) => void logged.push(line) } });
    const client = new Client({ connection: temporal.env.connection });
    await ensureSweepSchedule(client.schedule, '0 3 * * *', logger);
    expect(logged.join()).toContain('failed to create the sweep schedule');
  });
});
