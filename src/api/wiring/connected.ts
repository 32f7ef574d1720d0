import { Client, Connection } from '@temporalio/client';
import { Overload } from '../../concurrency/overload.js';
import { ClockWatch } from '../../runtime/clock-watch.js';
import type { TemporalConnection } from '../../temporal/connection.js';
import { grpcRetries } from '../../temporal/grpc-retries.js';
import { TemporalUserQueues } from '../../temporal/lanes/temporal-user-queues.js';
import { measuredCalls } from '../../temporal/telemetry/measured-calls.js';
import { tracedStarts } from '../../temporal/telemetry/traced-starts.js';
import { WorkerPresence } from '../../temporal/worker-presence.js';
import type { ApiParts } from './parts.js';

/** The parts of an API server that use Temporal, and the gauge of its own load. */
export interface Connected {
  connection: Connection;
  client: Client;
  queues: TemporalUserQueues;
  workers: WorkerPresence;
  overload: Overload;
}

/** Connects with the first call, so that an API that starts before Temporal responds 503 until Temporal is available. */
export function connect(
  { settings, logger, observed, tracing }: ApiParts,
  { connectionOptions, namespace }: TemporalConnection,
): Connected {
  const connection = Connection.lazy({
    ...connectionOptions,
    interceptors: [grpcRetries(), ...(observed ? [measuredCalls(observed.instruments.temporalCalls)] : [])],
  });
  const client = new Client({
    connection,
    namespace,
    ...(tracing && { interceptors: { workflow: [tracedStarts(tracing)] } }),
  });
  return {
    connection,
    client,
    queues: new TemporalUserQueues(client, logger, settings.http.requestTimeoutMs),
    workers: new WorkerPresence(connection, namespace, new ClockWatch('Temporal', logger)),
    overload: new Overload(settings.http.maxEventLoopDelayMs),
  };
}
