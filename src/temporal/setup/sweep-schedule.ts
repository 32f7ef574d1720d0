import { type ScheduleClient, type ScheduleOptions, ScheduleAlreadyRunning } from '@temporalio/client';
import { SettingsError } from '../../config/env.js';
import { MEMO, ORCHESTRATION_TASK_QUEUE, SWEEP_SCHEDULE, SWEEP_WORKFLOW } from '../../contract/names.js';
import type { Logger } from '../../telemetry/logger.js';

/**
 * Creates the schedule of the sweep, or updates it to `cron`; a paused schedule stays paused. Safe on any number of
 * workers at once. Only warns when the server does not support or permit schedules, because downloads work without
 * one.
 * @throws SettingsError when `cron` is not a valid cron expression.
 */
export async function ensureSweepSchedule(
  schedules: ScheduleClient,
  cron: string,
  logger: Logger,
): Promise<void> {
  try {
    await createOrUpdate(schedules, cron);
  } catch (error) {
    // The client throws this for an invalid argument, and only the cron expression can be invalid.
    if (error instanceof TypeError) {
      throw new SettingsError([`CLEANUP_SCHEDULE is not a valid cron expression: ${error.message}`]);
    }
    logger.warn(
      { err: error },
      'failed to create the sweep schedule: expired archives stay in the object store',
    );
  }
}

async function createOrUpdate(schedules: ScheduleClient, cron: string): Promise<void> {
  const schedule = scheduleOf(cron);
  try {
    await schedules.create(schedule);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const handle = schedules.getHandle(SWEEP_SCHEDULE);
    // The server rewrites cron expressions, so compare with the original in the memo.
    const { action } = await handle.describe();
    if (action.memo?.[MEMO.cron] === cron) return;
    await handle.update(({ state }) => ({ ...schedule, state }));
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
      staticSummary: 'Deletes expired archives and the leftovers of dead jobs',
    },
    // The next sweep makes up for a missed one.
    policies: { overlap: 'SKIP', catchupWindow: '1h' },
  } satisfies ScheduleOptions;
}
