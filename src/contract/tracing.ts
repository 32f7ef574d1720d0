/** Header of workflows and activities that carries `{ traceparent }`, as the other SDKs of Temporal write it. */
export const TRACE_HEADER = '_tracer-data';
/** Identity of a span, as `traceparent` carries it (W3C Trace Context). */
export interface TraceContext {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits. */
  spanId: string;
  sampled: boolean;
}

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Returns undefined for a value that is not valid: the trace then begins here. */
export function parseTraceparent(value: unknown): TraceContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(String(value)) ?? [];
  if (!traceId || !spanId || !flags) return undefined;
  return { traceId, spanId, sampled: (parseInt(flags, 16) & 1) === 1 };
}

export function traceparentOf({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** Returns the id of the span of a whole job: known to its steps before the span exists, because it ends last. */
export function jobSpanId(runId: string): string {
  return runId.replaceAll('-', '').slice(-16);
}
