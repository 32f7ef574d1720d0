import type { WorkflowClientInterceptor } from '@temporalio/client';
import { DOWNLOAD_WORKFLOW, jobIdFor } from '../../contract/names.js';
import { traceparentOf } from '../../contract/tracing.js';
import type { Tracing } from '../../telemetry/tracing/tracing.js';
import { traceHeader } from './trace-header.js';

/** Gives the trace of a request to the job that it starts. */
export function tracedStarts(tracing: Tracing): WorkflowClientInterceptor {
  return {
    async start(input, next) {
      const request = tracing.current();
      if (!request || input.workflowType !== DOWNLOAD_WORKFLOW) return next(input);
      const { workflowId } = input.options;
      const job = { 'longhaul.job.id': jobIdFor(workflowId) };
      request.set(job);
      const attributes = { ...job, 'temporal.workflow.id': workflowId };
      const span = tracing.start('start download', request.sampled, { kind: 'producer', attributes });
      try {
        const headers = { ...input.headers, ...traceHeader(traceparentOf(span)) };
        const runId = await next({ ...input, headers });
        span.set({ 'temporal.run.id': runId });
        span.end();
        return runId;
      } catch (error) {
        span.end((error as Error).name);
        throw error;
      }
    },
  };
}
