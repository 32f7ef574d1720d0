import type { Call, DownloadRequest, DownloadStatus, Started } from '../../clients/src/client/index.js';
import { isFinal, LonghaulError } from '../../clients/src/client/index.js';
import type { DownloadsClient } from '../../clients/src/client/downloads/context.js';
import type { TabMessage, Tabs } from '../../clients/src/client/downloads/tabs.js';
import type { KeyValueStore } from '../../clients/src/client/downloads/types.js';

const EXPIRES_AT = '2999-01-01T00:00:00.000Z';

/** Jobs of a server without HTTP. */
export class FakeServer {
  readonly jobs = new Map<string, DownloadStatus>();
  readonly keys = new Map<string, string>();
  readonly requests: string[] = [];
  /** Thrown by the next start. */
  refusal: Error | undefined;
  /** Thrown by every other call. */
  failure: Error | undefined;
  /** Thrown by each cancellation. */
  cancelFailure: Error | undefined;
  /** Told by each start before its answer. */
  retriedAfterMs: number | undefined;
  private answers = Promise.resolve();
  private readonly watchers = new Set<() => void>();

  /** Changes a job, and tells its watchers. */
  set(jobId: string, change: Partial<DownloadStatus>): void {
    this.jobs.set(jobId, { ...this.job(jobId), ...change });
    for (const wake of this.watchers) wake();
  }

  job(jobId: string): DownloadStatus {
    const job = this.jobs.get(jobId);
    if (!job) throw new LonghaulError('JOB_NOT_FOUND', 'There is no such job.', { status: 404 });
    return job;
  }

  add(jobId: string, change: Partial<DownloadStatus> = {}): void {
    this.jobs.set(jobId, { ...queued(jobId), ...change });
  }

  /** A client of one tab. */
  client(): DownloadsClient {
    const asked = async (name: string, jobId: string, call: Call = {}) => {
      call.signal?.throwIfAborted();
      this.requests.push(`${name} ${jobId}`);
      if (this.failure) throw this.failure;
      return this.job(jobId);
    };
    return {
      start: async (request, call) => {
        call?.signal?.throwIfAborted();
        this.requests.push(`start ${request.clientRequestId}`);
        if (this.retriedAfterMs) call?.onRetry?.(new Error('Busy.'), this.retriedAfterMs);
        await this.answers;
        call?.signal?.throwIfAborted();
        return this.start(request);
      },
      status: (jobId, call) => asked('status', jobId, call),
      cancel: async (jobId, call) => {
        await asked('cancel', jobId, call);
        if (this.cancelFailure) throw this.cancelFailure;
        await this.answers;
        this.set(jobId, { status: 'cancelled' });
        return this.job(jobId);
      },
      retry: async (jobId, call) => {
        const job = await asked('retry', jobId, call);
        if (!['failed', 'cancelled', 'expired'].includes(job.status)) {
          throw new LonghaulError('JOB_NOT_RETRYABLE', 'It runs.', { status: 409, job });
        }
        this.set(jobId, { ...queued(jobId), createdAt: '2026-01-02T00:00:00.000Z' });
        return started(jobId, 'key', false);
      },
      downloadUrl: async (jobId, call) => {
        const { downloadUrl, message } = await asked('downloadUrl', jobId, call);
        if (downloadUrl === null) throw new LonghaulError('JOB_EXPIRED', message);
        return downloadUrl;
      },
      list: (_query, call) => {
        call?.signal?.throwIfAborted();
        this.requests.push('list');
        const page = Promise.resolve({ items: [...this.jobs.values()], nextCursor: null });
        return Object.assign(page, { [Symbol.asyncIterator]: () => [][Symbol.iterator]() as never });
      },
      watch: (jobId, call) => this.watch(jobId, call?.signal),
    };
  }

  /** Holds the answers of starts and cancels until the returned function is called. */
  hold(): () => void {
    let release = () => {};
    this.answers = new Promise((resolve) => (release = resolve));
    return release;
  }

  private start(request: DownloadRequest): Started {
    const key = request.clientRequestId!;
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal) throw refusal;
    const known = this.keys.get(key);
    const jobId = known ?? `job-${this.keys.size + 1}`;
    this.keys.set(key, jobId);
    if (!known) this.add(jobId);
    return started(jobId, key, known !== undefined);
  }

  private async *watch(jobId: string, signal?: AbortSignal): AsyncGenerator<DownloadStatus> {
    this.requests.push(`watch ${jobId}`);
    for (let last: DownloadStatus | undefined; ;) {
      signal?.throwIfAborted();
      if (this.failure) throw this.failure;
      const job = this.job(jobId);
      if (job !== last) yield job;
      last = job;
      if (isFinal(job.status)) return;
      if (this.job(jobId) === job) await this.change(signal);
    }
  }

  private change(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.watchers.delete(wake);
        resolve();
      };
      this.watchers.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
}

function started(jobId: string, clientRequestId: string, replayed: boolean): Started {
  return {
    jobId,
    clientRequestId,
    replayed,
    status: 'queued',
    totalFileIds: 1,
    duplicateFileIds: [],
    etaSeconds: null,
    nextPollInMs: 500,
    expiresAt: EXPIRES_AT,
    statusUrl: '',
    downloadPath: '',
    streamUrl: '',
    eventsUrl: '',
  };
}

function queued(jobId: string): DownloadStatus {
  return {
    jobId,
    status: 'queued',
    progress: 0,
    message: 'Waiting',
    archiveName: 'photos.zip',
    format: 'zip',
    labels: {},
    filesProcessed: 0,
    filesSkipped: 0,
    totalFiles: 1,
    bytesProcessed: 0,
    bytesTotal: null,
    etaSeconds: null,
    attempts: 1,
    queuePosition: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: null,
    completedAt: null,
    expiresAt: EXPIRES_AT,
    nextPollInMs: 500,
    archive: null,
    error: null,
    downloadUrl: null,
    streamUrl: null,
    eventsUrl: null,
  };
}

/** Several tabs of one browser: locks, a channel and storage that they share. */
export class FakeBrowser {
  readonly values = new Map<string, string>();
  private readonly queues = new Map<string, Promise<unknown>>();
  private readonly tabs = new Set<(message: TabMessage) => void>();

  readonly storage: KeyValueStore = {
    getItem: (key) => this.values.get(key) ?? null,
    setItem: (key, value) => void this.values.set(key, value),
    removeItem: (key) => void this.values.delete(key),
  };

  tab(): Tabs {
    let own: ((message: TabMessage) => void) | undefined;
    return {
      exclusive: (name, signal, action) => {
        const before = this.queues.get(name) ?? Promise.resolve();
        const next = before.then(() => {
          signal.throwIfAborted();
          return action();
        });
        this.queues.set(
          name,
          next.catch(() => {}),
        );
        return next;
      },
      post: (message) => {
        const data = structuredClone(message);
        for (const listener of this.tabs) {
          if (listener !== own) setImmediate(() => this.tabs.has(listener) && listener(data));
        }
      },
      listen: (listener) => {
        own = listener;
        this.tabs.add(listener);
      },
      close: () => void (own && this.tabs.delete(own)),
    };
  }
}
