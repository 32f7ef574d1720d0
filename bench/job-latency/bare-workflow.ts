import { proxyActivities } from '@temporalio/workflow';
import { BARE_HEAVY_QUEUE } from './bare-names.js';
import type { BareActivities } from './bare-worker.js';

const { prepare, publish } = proxyActivities<BareActivities>({ startToCloseTimeout: '1m' });
const { build } = proxyActivities<BareActivities>({
  startToCloseTimeout: '1m',
  taskQueue: BARE_HEAVY_QUEUE,
});

/** The steps of a download of three files, with empty activities. */
export async function bareWorkflow(): Promise<void> {
  await Promise.all([prepare(), prepare(), prepare()]);
  await build();
  await publish();
}
