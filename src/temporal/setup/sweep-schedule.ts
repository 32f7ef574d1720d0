import { type ScheduleClient, type ScheduleOptions, ScheduleAlreadyRunning } from '@temporalio/client';
import { SettingsError } from '../../config/env.js';
import { MEMO, ORCHESTRATION_TASK_QUEUE, SWEEP_SCHEDULE, SWEEP_WORKFLOW } from '../../contract/names.js';
import type { Logger } from '../../telemetry/logger.js';

/**
 * Makes the schedule that sweeps the object store, or sets it to `cron` when it was made for another one; whether it is
 * paused stays as it is. Any number of workers may do so at once. A server that has no schedules, or does not let us
 * make one, is warned of: downloads do not need it.
 * @throws SettingsError when `cron` is none.
 */
export async function ensureSweepSchedule(
  schedules: ScheduleClient,
  cron: string,
  logger: Logger,
): Promise<void> {
  try {
    await createOrUpdate(schedules, cron);
  } catch (error) {
    // What the client makes of an invalid argument; nothing but the cron expression can be one.
    if (error instanceof TypeError) {
      throw new SettingsError([
        `CLEANUP_SCHEDULE is no cron expression that Temporal takes: ${error.message}`,
      ]);
    }
    logger.warn({ err: error }, 'no schedule could be set up: expired archives stay in the object store');
  }
}

async function createOrUpdate(schedules: ScheduleClient, cron: string): Promise<void> {
  const wanted = scheduleOf(cron);
  try {
    await schedules.create(wanted);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const handle = schedules.getHandle(SWEEP_SCHEDULE);
    // The server keeps a cron expression in another form, so that it is compared with what was noted.
    const { action } = await handle.describe();
    if (action.memo?.[MEMO.cron] === cron) return;
    await handle.update(({ state }) => ({ ...wanted, state }));
  }
}

function scheduleOf(cron: string) {
  return {
    scheduleId: SWEEP_SCHEDULE,
    spec: { cronExpressions: [cron] },
    action: {
      type: 'startWorkflow',
      workflowType: SWEEP_WORKFLOW,
      workflowId: 'sweep',
      taskQueue: ORCHESTRATION_TASK_QUEUE,
      memo: { [MEMO.cron]: cron },
      staticSummary: 'Deletes expired archives, and what dead jobs left in the object store',
    },
    // A sweep that was missed is made up for by the next one.
    policies: { overlap: 'SKIP', catchupWindow: '1h' },
  } satisfies ScheduleOptions;
}
