import type { TraceContext } from '../../contract/tracing.js';

export type Attributes = Record<string, string | number | boolean | undefined>;

export interface SpanOptions {
  kind: 'server' | 'producer' | 'consumer' | 'client' | 'internal';
  /** The span that caused this one; the current one by default. */
  parent?: TraceContext;
  /** Another trace that this one belongs to. */
  link?: TraceContext;
  /** Milliseconds since the epoch; now by default. */
  startedAt?: number;
  /** Given by who must know it before the span exists. */
  spanId?: string;
  attributes?: Attributes;
}

/** A span in progress. */
export interface Span extends TraceContext {
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** @param error code of the failure, if it failed. */
  end(error?: string): void;
}

/** Records spans. Undefined wherever tracing is off. */
export interface Tracing {
  /** Decides if a request is recorded, and under which trace. @param rootSampled false for requests that begin no trace. */
  admit(caller: TraceContext | undefined, rootSampled: boolean): { parent?: TraceContext; sampled: boolean };
  start(name: string, sampled: boolean, options: SpanOptions): Span;
  /** Runs `work` as part of a span. */
  within<T>(span: Span, work: () => T): T;
  /** Returns the span that the running work is part of. */
  current(): Span | undefined;
  /** Counts a request to the store, and records it as a span if it failed, was slow or concerns an upload. */
  storeRequest(operation: string, outcome: string, seconds: number): void;
  /** Sends what is recorded. */
  stop(): Promise<void>;
}
