import type { InjectedSinks } from '@temporalio/worker';
import { type ErrorCode, ERRORS } from '../../contract/errors.js';
import type { CallbackEnding, JobEnding, TelemetrySinks } from '../../contract/telemetry.js';
import type { Logger } from '../../telemetry/logger.js';
import type { Instruments } from '../../telemetry/metrics/instruments.js';
import type { WORKER_METRICS } from '../../telemetry/metrics/worker-metrics.js';
import { parseTraceparent } from '../../contract/tracing.js';
import type { Tracing } from '../../telemetry/tracing/tracing.js';
import { recordJob } from './job-span.js';

export type EndingMetrics = Pick<
  Instruments<typeof WORKER_METRICS>,
  'jobsCompleted' | 'jobsCancelled' | 'jobsFailed' | 'jobDuration' | 'jobWait' | 'webhookDeliveries'
>;

/**
 * Receives the endings that workflows report. A replay reports nothing, so each ending counts once; twice only if a
 * worker dies between this and the end of the workflow task.
 * @param metrics undefined for only the log line.
 */
export function endingSinks(
  metrics: EndingMetrics | undefined,
  logger: Logger,
  tracing: Tracing | undefined,
): InjectedSinks<TelemetrySinks> {
  return {
    telemetry: {
      ended: {
        fn: ({ runId, startTime }, ending) => {
          const { traceparent, ...shown } = ending;
          const traceId = parseTraceparent(traceparent)?.traceId;
          logger.info({ runId, traceId, ...shown, code: ending.code ?? undefined }, 'job ended');
          if (metrics) countEnding(metrics, ending);
          if (tracing) recordJob(tracing, runId, startTime, ending);
        },
        callDuringReplay: false,
      },
      callbackEnded: {
        fn: (_info, ending: CallbackEnding) => metrics?.webhookDeliveries.add(ending),
        callDuringReplay: false,
      },
    },
  };
}

function countEnding(metrics: EndingMetrics, { status, code, durationMs, waitMs, bytes }: JobEnding): void {
  if (status === 'completed') metrics.jobsCompleted.add({});
  else if (status === 'cancelled') metrics.jobsCancelled.add({});
  else countFailure(metrics, code ?? 'INTERNAL_ERROR');
  if (waitMs !== null) metrics.jobWait.observe({}, waitMs / 1_000);
  if (durationMs !== null) {
    metrics.jobDuration.observe({ outcome: status, size: sizeOf(bytes ?? 0) }, durationMs / 1_000);
  }
}

function countFailure({ jobsFailed }: EndingMetrics, code: ErrorCode): void {
  jobsFailed.add({ code, fault: ERRORS[code].fault });
}

function sizeOf(bytes: number) {
  if (bytes <= 1e7) return '10MB';
  if (bytes <= 1e8) return '100MB';
  if (bytes <= 1e9) return '1GB';
  return bytes <= 1e10 ? '10GB' : 'more';
}
