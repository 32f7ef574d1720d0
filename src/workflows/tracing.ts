import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { TRACE_HEADER } from '../contract/tracing.js';

let carried: Headers = {};

/** Returns the trace of this workflow; null without one. */
export function traceparent(): string | null {
  const payload = carried[TRACE_HEADER];
  const data = payload && defaultPayloadConverter.fromPayload<{ traceparent?: string }>(payload);
  return data?.traceparent ?? null;
}

function withTrace<I extends { headers: Headers }>(input: I): I {
  return { ...input, headers: { ...input.headers, ...carried } };
}

/** Copies the trace from the start of a workflow to all that it starts. It makes nothing of its own, so replays agree. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  inbound: [
    {
      execute(input, next) {
        const payload = input.headers[TRACE_HEADER];
        carried = payload ? { [TRACE_HEADER]: payload } : {};
        return next(input);
      },
    },
  ],
  outbound: [
    {
      scheduleActivity: (input, next) => next(withTrace(input)),
      startChildWorkflowExecution: (input, next) => next(withTrace(input)),
      continueAsNew: (input, next) => next(withTrace(input)),
    },
  ],
});
