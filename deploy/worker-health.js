import { hostname } from 'node:os';
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** Workers report to Temporal once a minute; one that missed two reports is gone or cut off. */
const SILENT_AFTER_MS = 150_000;

/**
 * The health check of a worker's container: exits with 0 when Temporal has heard lately of a worker on this host. It
 * goes by the workers' own reports and not by who polls: a worker with all its slots in use does not poll, and is well.
 */
const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
const connection = await Connection.connect(connectionOptions);
const { workersInfo } = await connection.workflowService.listWorkers({
  namespace,
  query: `HostName = "${hostname()}"`,
});
const heard = workersInfo.map(
  ({ workerHeartbeat }) => Number(workerHeartbeat?.heartbeatTime?.seconds ?? 0) * 1_000,
);
const alive = heard.some((at) => Date.now() - at < SILENT_AFTER_MS);
if (!alive) process.stderr.write(`Temporal has not heard of a worker on ${hostname()} lately\n`);
process.exitCode = alive ? 0 : 1;
await connection.close();
