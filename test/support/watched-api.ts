import {
  LonghaulClient,
  type ClientOptions,
  type ConnectionState,
  type DownloadStatus,
} from 'longhaul/client';

export const JOB = '5d9f1d5e-6a0c-4f7e-9a55-1f6f2c1f7a34';

/** A status of a running job. */
export function aStatus(changes: Partial<DownloadStatus> = {}): DownloadStatus {
  return {
    jobId: JOB,
    status: 'running',
    progress: 10,
    message: 'Fetching 2 files',
    filesProcessed: 0,
    filesSkipped: 0,
    totalFiles: 2,
    archiveName: 'photos.zip',
    format: 'zip',
    labels: {},
    bytesProcessed: 100,
    bytesTotal: 1_000,
    etaSeconds: null,
    attempts: 1,
    queuePosition: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: null,
    completedAt: null,
    expiresAt: '2026-01-02T00:00:00.000Z',
    nextPollInMs: 2_000,
    archive: null,
    error: null,
    downloadUrl: null,
    streamUrl: `wss://public.example/x/v1/download/jobs/${JOB}/stream?ticket=t1`,
    eventsUrl: `https://public.example/x/v1/download/jobs/${JOB}/events?ticket=t1`,
    ...changes,
  };
}

/** A stand-in for a WebSocket that the test drives. */
export class FakeSocket {
  static all: FakeSocket[] = [];
  readonly openedAt = Date.now();
  isClosed = false;
  private readonly listeners = new Map<string, (event: object) => void>();

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  addEventListener(type: string, listener: (event: object) => void): void {
    this.listeners.set(type, listener);
  }

  close(): void {
    this.isClosed = true;
  }

  emit(type: string, event: object = {}): void {
    this.listeners.get(type)?.(event);
  }

  /** Opens the socket with a first message. */
  begin(message: object = {}): void {
    this.emit('open');
    this.say(message);
  }

  say(message: object): void {
    this.emit('message', { data: JSON.stringify({ type: 'progress', ...message }) });
  }

  /** Breaks the connection, or closes it with a code. */
  end(code = 1_006): void {
    this.emit('error');
    this.emit('close', { code });
  }
}

type Answer =
  DownloadStatus | { code: number; headers?: Record<string, string>; body?: unknown } | 'fault' | 'hang';

/** A client on an API that the test plays: statuses, event streams, sockets. */
export class WatchedApi {
  /** Answers status requests. */
  status: (n: number) => Answer = () => aStatus();
  /** Answers event streams; `fault` refuses them. */
  events: (n: number) => ReadableStream<Uint8Array> | Answer = () => 'fault';
  /** Times at which statuses were asked for. */
  readonly reads: number[] = [];
  readonly eventRequests: { url: string; headers: Headers }[] = [];
  readonly seen: DownloadStatus[] = [];
  readonly states: ConnectionState[] = [];
  failure: unknown;
  isDone = false;
  readonly client: LonghaulClient;
  iterator: AsyncIterator<DownloadStatus> | undefined;

  constructor(options: ClientOptions = {}) {
    FakeSocket.all = [];
    this.client = new LonghaulClient({
      baseUrl: 'http://api.test/prefix',
      webSocket: FakeSocket,
      fetch: (url, init) => this.answer(new URL(url), init!),
      ...options,
    });
  }

  /** Watches the job until its end, without waiting for it. */
  watch(signal?: AbortSignal): void {
    const onConnection = (state: ConnectionState) => this.states.push(state);
    const watched = this.client.watch(JOB, { onConnection, ...(signal && { signal }) });
    this.iterator = watched[Symbol.asyncIterator]();
    void this.consume(this.iterator);
  }

  private async consume(iterator: AsyncIterator<DownloadStatus>): Promise<void> {
    try {
      for (let next; !(next = await iterator.next()).done;) this.seen.push(next.value);
      this.isDone = true;
    } catch (error) {
      this.failure = error;
    }
  }

  private async answer(url: URL, { headers, signal }: RequestInit): Promise<Response> {
    const isEvents = url.pathname.endsWith('/events');
    if (isEvents) this.eventRequests.push({ url: url.href, headers: new Headers(headers) });
    else this.reads.push(Date.now());
    const answer = isEvents ? this.events(this.eventRequests.length) : this.status(this.reads.length);
    if (answer === 'fault') throw new TypeError('fetch failed');
    if (answer === 'hang') {
      return new Promise((_, reject) =>
        signal!.addEventListener('abort', () => reject(signal!.reason as Error)),
      );
    }
    if (answer instanceof ReadableStream) return new Response(answer);
    if ('code' in answer) {
      const body = answer.body === undefined ? null : JSON.stringify(answer.body);
      return new Response(body, { status: answer.code, headers: answer.headers ?? {} });
    }
    return Response.json(answer);
  }
}
