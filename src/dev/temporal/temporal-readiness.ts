import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

const POLL_MS = 50;
const CALL_TIMEOUT_MS = 2_000;

/** Loopback ports of a Temporal server. */
export interface TemporalPorts {
  port: number;
  uiPort: number;
}

/**
 * Resolves when the server serves `namespace` and its Web UI accepts connections. Rejects with the reason of `signal`
 * when it aborts.
 */
export async function waitForTemporal(
  { port, uiPort }: TemporalPorts,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  // Probes with a TCP connection first, because gRPC waits 1 s after a refused connection.
  await waitUntil(() => acceptsConnections(port), signal);
  const connection = Connection.lazy({ address: `127.0.0.1:${port}` });
  try {
    await waitUntil(() => servesNamespace(connection, namespace), signal);
  } finally {
    await connection.close();
  }
  await waitUntil(() => acceptsConnections(uiPort), signal);
}

async function waitUntil(condition: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    if (await condition()) return;
    await delay(POLL_MS);
  }
}

function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

function servesNamespace(connection: Connection, namespace: string): Promise<boolean> {
  const call = () => connection.workflowService.describeNamespace({ namespace });
  return connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, call).then(
    () => true,
    () => false,
  );
}
