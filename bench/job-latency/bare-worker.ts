import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { inputFromParent, sendToParent } from '../support/parent.js';
import { BARE_HEAVY_QUEUE, BARE_QUEUE } from './bare-names.js';

const noop = async (): Promise<void> => {};
const activities = { prepare: noop, build: noop, publish: noop };

export type BareActivities = typeof activities;

const { address } = inputFromParent() as { address: string };
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
const connection = await NativeConnection.connect({ address });
const { build, ...light } = activities;
const workers = await Promise.all([
  Worker.create({
    connection,
    taskQueue: BARE_QUEUE,
    workflowsPath: fileURLToPath(new URL('./bare-workflow.js', import.meta.url)),
    activities: light,
  }),
  Worker.create({ connection, taskQueue: BARE_HEAVY_QUEUE, activities: { build } }),
]);
sendToParent('ready');
await Promise.all(workers.map((worker) => worker.run()));
