import type { JobEnding } from '../../contract/telemetry.js';
import { jobSpanId, parseTraceparent } from '../../contract/tracing.js';
import type { Tracing } from '../../telemetry/tracing/tracing.js';

/** Records the span of a whole job, which its steps already name as their parent. */
export function recordJob(tracing: Tracing, runId: string, startedAt: Date, ending: JobEnding): void {
  const parent = parseTraceparent(ending.traceparent);
  if (!parent?.sampled) return;
  const span = tracing.start('download', true, {
    kind: 'internal',
    parent,
    spanId: jobSpanId(runId),
    startedAt: startedAt.getTime(),
    attributes: {
      'longhaul.job.id': ending.jobId,
      'temporal.run.id': runId,
      'longhaul.status': ending.status,
      'longhaul.files': ending.files,
      'longhaul.bytes': ending.bytes ?? undefined,
      'longhaul.attempts': ending.attempts,
      'longhaul.wait_ms': ending.waitMs ?? undefined,
    },
  });
  span.end(ending.code ?? undefined);
}
