import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

const POLL_MS = 50;
const CALL_TIMEOUT_MS = 2_000;

/** Where a starting Temporal server will listen on loopback. */
export interface TemporalPorts {
  port: number;
  uiPort: number;
}

/**
 * Resolves when the server answers for `namespace` and its Web UI accepts connections. Waits as long as
 * `signal` lets it, and then rejects with the signal's reason.
 */
export async function temporalAnswers(
  { port, uiPort }: TemporalPorts,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  // A plain connection first: gRPC, once refused, waits a second before it tries again.
  await until(() => accepts(port), signal);
  const connection = Connection.lazy({ address: `127.0.0.1:${port}` });
  try {
    await until(() => knowsNamespace(connection, namespace), signal);
  } finally {
    await connection.close();
  }
  await until(() => accepts(uiPort), signal);
}

async function until(condition: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    if (await condition()) return;
    await delay(POLL_MS);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}

function knowsNamespace(connection: Connection, namespace: string): Promise<boolean> {
  const call = () => connection.workflowService.describeNamespace({ namespace });
  return connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, call).then(
    () => true,
    () => false,
  );
}
