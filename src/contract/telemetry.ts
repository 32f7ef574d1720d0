import type { ErrorCode } from './errors.js';

/** The end of a job, as its workflow reports it to the worker. */
export interface JobEnding {
  jobId: string;
  userId: string;
  status: 'completed' | 'failed' | 'cancelled';
  /** Null unless the job failed. */
  code: ErrorCode | null;
  /** From the slot, or the start without one, to the end; null for a job that ended before. */
  durationMs: number | null;
  /** From the request until the job got its slot, or started; null for a job that ended before. */
  waitMs: number | null;
  /** Size of the archive; of the files if there is none; null when unknown. */
  bytes: number | null;
  files: number;
  attempts: number;
  /** The trace that started the job; null without one. */
  traceparent: string | null;
}

/** The end of the delivery of a callback. */
export interface CallbackEnding {
  kind: 'url' | 'operator';
  outcome: 'acknowledged' | 'gone' | 'given_up';
}

/** Sinks of the workflows. A type, not an interface, because the SDK demands an index signature. */
export type TelemetrySinks = {
  telemetry: {
    /** Reports the end of a job. A replay does not call it. */
    ended(ending: JobEnding): void;
    /** Reports the end of a delivery. A replay does not call it. */
    callbackEnded(ending: CallbackEnding): void;
  };
};
