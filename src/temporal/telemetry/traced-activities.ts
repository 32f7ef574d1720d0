import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { HANDED_OVER } from '../../contract/activities.js';
import type { Callback } from '../../contract/callbacks/callbacks.js';
import { jobIdOf } from '../../contract/names.js';
import { jobSpanId, parseTraceparent, type TraceContext } from '../../contract/tracing.js';
import type { Attributes, Span, Tracing } from '../../telemetry/tracing/tracing.js';
import { traceparentIn } from './trace-header.js';

const CANCELLED = 'cancelled';

/** Records each attempt of an activity as a part of its job. A callback is a trace of its own: it may take days. */
export function tracedActivities(tracing: Tracing): ActivityInterceptorsFactory {
  return ({ info }) => {
    const { activityType, activityId, attempt } = info;
    const { workflowId = '', runId = '' } = info.workflowExecution ?? {};
    return {
      inbound: {
        async execute(input, next) {
          const caller = parseTraceparent(traceparentIn(input.headers));
          if (!caller) return next(input);
          const isCallback = activityType === 'deliverCallback';
          const job = { ...caller, spanId: jobSpanId(isCallback ? workflowId : runId) };
          const attributes = {
            'longhaul.job.id': jobIdOf(workflowId),
            'temporal.activity.id': activityId,
            'longhaul.attempt': attempt,
          };
          const span = isCallback
            ? tracing.start(
                'callback',
                caller.sampled,
                callbackOf(input.args[0] as Callback, job, attributes),
              )
            : tracing.start(activityType, caller.sampled, { kind: 'consumer', parent: job, attributes });
          return tracing.within(span, () => recorded(span, () => next(input)));
        },
      },
    };
  };
}

function callbackOf({ target }: Callback, link: TraceContext, attributes: Attributes) {
  const host = target.kind === 'url' && URL.canParse(target.url) ? new URL(target.url).host : undefined;
  return {
    kind: 'client',
    link,
    attributes: { ...attributes, 'longhaul.callback.kind': target.kind, 'server.address': host },
  } as const;
}

async function recorded(span: Span, work: () => Promise<unknown>): Promise<unknown> {
  try {
    const result = await work();
    span.set(countsOf(result));
    span.end();
    return result;
  } catch (error) {
    const code = failureOf(error);
    span.set({
      'longhaul.handed_over': code === HANDED_OVER || undefined,
      'longhaul.cancelled': code === CANCELLED || undefined,
    });
    // Neither a hand-over nor a cancellation is an error.
    span.end(code === HANDED_OVER || code === CANCELLED ? undefined : code);
    throw error;
  }
}

/** Returns the numbers in the result of an activity. */
function countsOf(result: unknown): Attributes {
  const { files, bytes, status } = (result ?? {}) as Record<string, unknown>;
  return {
    'longhaul.files': numberOf(files),
    'longhaul.bytes': numberOf(bytes),
    'http.response.status_code': numberOf(status),
  };
}

function failureOf(error: unknown): string {
  if (error instanceof ApplicationFailure) return error.type ?? 'ApplicationFailure';
  return error instanceof CancelledFailure ? CANCELLED : 'INTERNAL_ERROR';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
