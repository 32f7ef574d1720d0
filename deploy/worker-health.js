import { hostname } from 'node:os';
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** Workers send a heartbeat to Temporal once a minute. After two missed heartbeats a worker counts as unhealthy. */
const HEARTBEAT_MAX_AGE_MS = 150_000;

/**
 * Health check of a worker's container. Exits with 0 if Temporal has a recent heartbeat of a worker on this host. Uses
 * heartbeats instead of pollers, because a healthy worker does not poll while all its slots are in use.
 */
const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
const connection = await Connection.connect(connectionOptions);
const { workersInfo } = await connection.workflowService.listWorkers({
  namespace,
  query: `HostName = "${hostname()}"`,
});
const heartbeats = workersInfo.map(
  ({ workerHeartbeat }) => Number(workerHeartbeat?.heartbeatTime?.seconds ?? 0) * 1_000,
);
const healthy = heartbeats.some((at) => Date.now() - at < HEARTBEAT_MAX_AGE_MS);
if (!healthy) process.stderr.write(`Temporal has no recent heartbeat of a worker on ${hostname()}\n`);
process.exitCode = healthy ? 0 : 1;
await connection.close();
