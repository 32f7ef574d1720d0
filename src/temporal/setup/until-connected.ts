import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection, type NativeConnectionOptions, TransportError } from '@temporalio/worker';

/** Address that the Temporal SDK uses by default. */
const DEFAULT_ADDRESS = 'localhost:7233';

/** Pauses between the attempts: doubled up to the maximum. */
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 8_000;

/** Interval of the warnings. */
const WARNING_INTERVAL_MS = 60_000;

interface Log {
  warn(fields: { err: unknown }, message: string): void;
}

/** Connects once Temporal answers. A worker that ended instead would be restarted ever more slowly during an outage. */
export async function untilConnected(options: NativeConnectionOptions, log: Log): Promise<NativeConnection> {
  let warnedAt = -Infinity;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    try {
      return await NativeConnection.connect(options);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      if (performance.now() - warnedAt > WARNING_INTERVAL_MS) {
        warnedAt = performance.now();
        const address = options.address ?? DEFAULT_ADDRESS;
        const advice = 'Start it, or correct TEMPORAL_ADDRESS and TEMPORAL_TLS*.';
        log.warn({ err: error }, `cannot connect to Temporal at ${address}, trying again. ${advice}`);
      }
    }
    await sleep(pauseMs);
  }
}
