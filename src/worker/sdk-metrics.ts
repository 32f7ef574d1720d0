import type { TelemetryOptions } from '@temporalio/worker';
import type { Settings } from '../config/env.js';
import { PollWatch } from '../temporal/telemetry/poll-watch.js';

/** Interval of the looks at the polls, for the probes of this process. */
const POLL_LOOK_MS = 15_000;

/** Lets Temporal's SDK serve its metrics. Names as in Temporal's documents: without suffixes for counters and units. */
export function sdkMetrics({ temporalPort, host }: Settings['metrics']): Pick<TelemetryOptions, 'metrics'> {
  if (temporalPort === undefined) return {};
  const bindAddress = authorityOf(host, temporalPort);
  return { metrics: { attachServiceName: false, prometheus: { bindAddress, useSecondsForDurations: true } } };
}

/** Looks at the polls while the process runs. Without the metrics of Temporal's SDK there is nothing to see. */
export function watchPolls({ temporalPort, host }: Settings['metrics']): PollWatch {
  const read = async () => (await fetch(`http://${authorityOf(host, temporalPort)}/metrics`)).text();
  const polls = new PollWatch(read);
  if (temporalPort !== undefined) {
    setInterval(() => void polls.look().catch(() => {}), POLL_LOOK_MS).unref();
  }
  return polls;
}

function authorityOf(host: string, port: number | undefined): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
