import type { ConnectionOptions } from '@temporalio/client';
import type { Histogram } from '../../telemetry/metrics/instruments.js';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
type Call = ReturnType<Interceptor>;
type Outcome = 'ok' | 'missing' | 'unavailable' | 'late';

/** gRPC codes without an answer, and NOT_FOUND. Every other one is an answer. */
const OUTCOMES: Record<number, Outcome> = {
  2: 'unavailable', // UNKNOWN
  4: 'late', // DEADLINE_EXCEEDED
  5: 'missing', // NOT_FOUND
  8: 'unavailable', // RESOURCE_EXHAUSTED
  13: 'unavailable', // INTERNAL
  14: 'unavailable', // UNAVAILABLE
};

type CallDurations<O extends string> = Histogram<{ operation: O; outcome: Outcome }>;

/**
 * Measures each call of a Temporal connection by its method. Stands inside the retries, which would hide a server that
 * answers only every second call.
 */
export function measuredCalls<O extends string>(durations: CallDurations<O>): Interceptor {
  return (options, nextCall) => {
    const call = nextCall(options) as Call;
    // A method without a series of its own counts as `other`.
    const operation = options.method_definition.path.split('/').at(-1) as O;
    const startedAt = performance.now();
    onStatus(call, (code) => {
      durations.observe(
        { operation, outcome: OUTCOMES[code] ?? 'ok' },
        (performance.now() - startedAt) / 1_000,
      );
    });
    return call;
  };
}

/** Runs `report` with the status of the call when it ends. */
function onStatus(call: Call, report: (code: number) => void): void {
  const start = call.start.bind(call);
  call.start = (metadata, listener) =>
    start(metadata, {
      onReceiveMetadata: (received) => listener?.onReceiveMetadata?.(received),
      onReceiveMessage: (message) => listener?.onReceiveMessage?.(message),
      onReceiveStatus: (status) => {
        report(status.code);
        listener?.onReceiveStatus?.(status);
      },
    });
}
