import { hostname } from 'node:os';
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** Workers send a heartbeat to Temporal every five seconds. After a minute without one a worker counts as unhealthy. */
const HEARTBEAT_MAX_AGE_MS = 60_000;

/**
 * Health check of a worker's container. Exits with 0 if Temporal has a recent heartbeat of a worker on this host. Uses
 * heartbeats instead of pollers, because a healthy worker does not poll while all its slots are in use. A worker that
 * waits for its object store sends none.
 */
try {
  if (!(await hasHeartbeat())) fail(`Temporal has no recent heartbeat of a worker on ${hostname()}`);
} catch (error) {
  fail(error.message);
}

async function hasHeartbeat() {
  // An empty value counts as absent, as for the worker.
  const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value));
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({ overrideEnvVars: env });
  const connection = await Connection.connect(connectionOptions);
  const { workersInfo } = await connection.workflowService.listWorkers({
    namespace,
    query: `HostName = "${hostname()}"`,
  });
  await connection.close();
  return workersInfo.some(({ workerHeartbeat }) => {
    const at = Number(workerHeartbeat?.heartbeatTime?.seconds ?? 0) * 1_000;
    return Date.now() - at < HEARTBEAT_MAX_AGE_MS;
  });
}

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exitCode = 1;
}
