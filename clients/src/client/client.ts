import type {
  DownloadRequest,
  DownloadStatus,
  Estimate,
  FileOutcome,
  ListedFile,
  Me,
  StartedDownload,
} from './api.js';
import { type ApiConnection, createConnection } from './connection.js';
import { LonghaulError } from './errors.js';
import { follow } from './follow/follow.js';
import { createLadder, type Ladder } from './follow/ladder.js';
import type { JobStatus } from './job-status.js';
import type { Call, ClientOptions, WatchCall } from './options.js';
import { type Paged, paged } from './paged.js';
import { newRequestKey } from './request-key.js';

/** A cancelled job gets some seconds to end. A list or an estimate may wait for the store. */
const SLOW_EXTRA_MS = 25_000;

/** A download that was started, or found under its key. */
export interface Started extends StartedDownload {
  /** The key of the start. The same key finds the same job. */
  clientRequestId: string;
  /** True if an earlier request with this key started the job, also one whose answer was lost. */
  replayed: boolean;
}

/** A page of a list: at most `limit` items from `cursor` on. */
export interface PageQuery {
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Client of the HTTP API, for browsers and Node 20.19 or newer. Every method throws LonghaulError. */
export class LonghaulClient {
  private readonly connection: ApiConnection;
  private readonly ladder: Ladder;

  /** @throws LonghaulError INVALID_REQUEST for a base URL that is none. */
  constructor(options: ClientOptions = {}) {
    this.connection = createConnection(options);
    this.ladder = createLadder(this.connection, options);
  }

  /** Base URL of the API, with a slash at its end. */
  get baseUrl(): URL {
    return this.connection.baseUrl;
  }

  /**
   * Starts a download, or finds the one of the same `clientRequestId`. A key is made when absent, so every start is safe
   * to repeat, and is repeated while the server is busy or away.
   * @throws LonghaulError INVALID_REQUEST, TOO_MANY_JOBS and others.
   */
  async start(request: DownloadRequest, call?: Call): Promise<Started> {
    const clientRequestId = request.clientRequestId ?? newRequestKey();
    const body = { ...request, clientRequestId };
    const started = await this.connection.answer<StartedDownload>(
      { method: 'POST', path: 'v1/download/initiate', body },
      call,
    );
    return { ...started.body, clientRequestId, replayed: started.headers.has('idempotency-replayed') };
  }

  /**
   * Reads the status of a job.
   * @param call `waitMs` holds the answer until something changes, at most 30,000.
   * @throws LonghaulError JOB_NOT_FOUND also for jobs of others.
   */
  status(
    jobId: string,
    { waitMs, ...call }: Call & { waitMs?: number | undefined } = {},
  ): Promise<DownloadStatus> {
    return this.connection.json(
      { path: `v1/download/status/${segment(jobId)}`, query: { waitMs }, extraTimeMs: waitMs },
      call,
    );
  }

  /**
   * Follows a job: its present status, then every change, by the best transport that works. Ends after a final status.
   * @throws LonghaulError for 401, 403 and 404 alone; every other fault passes.
   */
  watch(jobId: string, call: WatchCall = {}): AsyncIterable<DownloadStatus> {
    return follow(this.connection, this.ladder, jobId, call);
  }

  /**
   * Waits for the final status, whatever it is: a failed job is a result, not an exception.
   * @param call `onChange` receives every status.
   */
  async wait(
    jobId: string,
    { onChange, ...call }: WatchCall & { onChange?: ((status: DownloadStatus) => void) | undefined } = {},
  ): Promise<DownloadStatus> {
    let last: DownloadStatus | undefined;
    for await (const status of this.watch(jobId, call)) {
      onChange?.(status);
      last = status;
    }
    return last!;
  }

  /** Cancels a job. Safe to repeat. @throws LonghaulError JOB_ALREADY_FINISHED, with `job`. */
  cancel(jobId: string, call?: Call): Promise<DownloadStatus> {
    return this.post('cancel', jobId, call);
  }

  /**
   * Starts a failed, cancelled or expired download again under its own id. Safe to repeat while it runs.
   * @throws LonghaulError JOB_NOT_RETRYABLE, with `job`.
   */
  retry(jobId: string, call?: Call): Promise<StartedDownload> {
    return this.post('retry', jobId, call);
  }

  /** Lists the jobs of the user: running ones first, then the last ended. @param query `status`: only these. */
  list(
    query: PageQuery & { status?: JobStatus | 'active' | readonly JobStatus[] | undefined } = {},
    call?: Call,
  ): Paged<DownloadStatus> {
    return this.pages('v1/downloads', 'jobs', query, call);
  }

  /** Lists the files that can be downloaded. @param query `query` matches part of an id or name, ignoring case. */
  files(query: PageQuery & { query?: string | undefined } = {}, call?: Call): Paged<ListedFile> {
    return this.pages('v1/files', 'files', query, call);
  }

  /** Lists the outcome of each file of a job. @param query `state`: only files in these states. */
  outcomes(
    jobId: string,
    query: PageQuery & { state?: readonly FileOutcome['state'][] | undefined } = {},
    call?: Call,
  ): Paged<FileOutcome> {
    return this.pages(`v1/download/${segment(jobId)}/files`, 'files', query, call);
  }

  /** Tells sizes, missing files and time of a download, without starting it. */
  estimate(request: DownloadRequest, call?: Call): Promise<Estimate> {
    return this.connection.json(
      { method: 'POST', path: 'v1/download/estimate', body: request, extraTimeMs: SLOW_EXTRA_MS },
      call,
    );
  }

  /**
   * Returns a link to the archive, signed now. It needs no credentials.
   * @throws LonghaulError JOB_NOT_READY, JOB_EXPIRED, each with `job`.
   */
  async downloadUrl(jobId: string, call?: Call): Promise<string> {
    const job = await this.status(jobId, call);
    if (job.downloadUrl !== null) return job.downloadUrl;
    const code = job.status === 'expired' ? 'JOB_EXPIRED' : 'JOB_NOT_READY';
    throw new LonghaulError(code, `The download has no archive: ${job.message}.`, { job });
  }

  /** A list that is the field `name` of its pages. */
  private pages<T>(path: string, name: 'jobs' | 'files', query: PageQuery, call: Call | undefined): Paged<T> {
    return paged(async (cursor) => {
      const request = { path, query: { ...query, cursor }, extraTimeMs: SLOW_EXTRA_MS };
      const page = await this.connection.json<Record<typeof name, T[]> & { nextCursor?: string | null }>(
        request,
        call,
      );
      return { items: page[name], nextCursor: page.nextCursor ?? null };
    }, query.cursor);
  }

  /** Tells who the caller is, with the limits of the server. @throws LonghaulError UNAUTHENTICATED */
  me(call?: Call): Promise<Me> {
    return this.connection.json({ path: 'v1/me' }, call);
  }

  private post<T>(action: string, jobId: string, call: Call | undefined): Promise<T> {
    const path = `v1/download/${action}/${segment(jobId)}`;
    return this.connection.json({ method: 'POST', path, extraTimeMs: SLOW_EXTRA_MS }, call);
  }
}

function segment(jobId: string): string {
  return encodeURIComponent(jobId);
}
