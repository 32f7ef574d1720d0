import { setTimeout as delay } from 'node:timers/promises';
import { type DownloadRequest, LonghaulClient, LonghaulError } from 'longhaul/client';
import { messageOf } from '../errors.js';

/** One answer of the service, or its absence. */
export interface Answer {
  kind: 'start' | 'status';
  /** When it came, in milliseconds of `performance.now()`. */
  at: number;
  ms: number;
  /** Status code; 0 when no answer came. */
  status: number;
}

/** A start under one key: its job, or the error with which the client gave up. */
export interface Posted {
  key: string;
  kind: 'small' | 'large';
  jobId?: string;
  error?: string;
}

export interface LoadOptions {
  /** Begins the keys. */
  name: string;
  baseUrl: string;
  /** Starts a second. */
  rate: number;
  seconds: number;
  requests: Record<Posted['kind'], DownloadRequest>;
  signal: AbortSignal;
}

const LARGE_EVERY = 10;
const READ_INTERVAL_MS = 250;

/** Time after the last start for which a client still repeats it. */
const GIVE_UP_MS = 180_000;

/** Starts jobs at a steady rate with Longhaul's own client, and reads a status four times a second meanwhile. */
export class Load {
  readonly answers: Answer[] = [];
  readonly posted: Posted[] = [];
  /** Starts a second that were sent; less than wanted on a busy machine. */
  rate = 0;
  private readonly starter: LonghaulClient;
  private readonly reader: LonghaulClient;

  constructor(private readonly options: LoadOptions) {
    const { baseUrl, seconds } = options;
    const retryForMs = seconds * 1_000 + GIVE_UP_MS;
    this.starter = new LonghaulClient({ baseUrl, retryForMs, fetch: this.recorded('start') });
    this.reader = new LonghaulClient({ baseUrl, retryForMs: 0, fetch: this.recorded('status') });
  }

  /** Returns when every start has its job, or its client gave up. */
  async run(): Promise<void> {
    const { rate, seconds, signal } = this.options;
    const begin = performance.now();
    const ended = new AbortController();
    const reading = this.readStatuses(AbortSignal.any([ended.signal, signal]));
    const starts: Promise<void>[] = [];
    for (let i = 0; i < rate * seconds; i++) {
      await delay(Math.max(0, begin + (i * 1_000) / rate - performance.now()), undefined, { signal });
      starts.push(this.start(i));
    }
    this.rate = this.posted.length / ((performance.now() - begin) / 1_000 + 1 / rate);
    await Promise.all(starts);
    ended.abort();
    await reading;
  }

  private async start(index: number): Promise<void> {
    const kind = index % LARGE_EVERY === LARGE_EVERY - 1 ? 'large' : 'small';
    const posted: Posted = { key: `${this.options.name}-${index}`, kind };
    this.posted.push(posted);
    const request = { ...this.options.requests[kind], clientRequestId: posted.key };
    try {
      posted.jobId = (await this.starter.start(request, { signal: this.options.signal })).jobId;
    } catch (error) {
      posted.error = error instanceof LonghaulError ? error.code : messageOf(error);
    }
  }

  /** Reads the status of the newest job. */
  private async readStatuses(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const job = this.posted.findLast(({ jobId }) => jobId !== undefined);
      // The answer is recorded below, whatever it is.
      if (job) await this.reader.status(job.jobId!, { signal }).catch(() => undefined);
      await delay(READ_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private recorded(kind: Answer['kind']): typeof fetch {
    return async (input, init) => {
      const begin = performance.now();
      const record = (status: number) => {
        const at = performance.now();
        this.answers.push({ kind, at, ms: at - begin, status });
      };
      try {
        const response = await fetch(input, init);
        record(response.status);
        return response;
      } catch (error) {
        if (!this.options.signal.aborted) record(0);
        throw error;
      }
    };
  }
}
