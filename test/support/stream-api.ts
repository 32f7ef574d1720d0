import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/api/app.js';
import type { AppDependencies, HttpOptions } from '../../src/api/dependencies.js';
import { StreamTickets } from '../../src/api/auth/stream-tickets.js';
import { createNodeServer } from '../../src/api/http/node-server.js';
import { JobWatchers } from '../../src/jobs/status/job-watchers.js';
import type { StreamTimes } from '../../src/api/streams/job-stream.js';
import { STREAM_LIMITS, StreamHub, type StreamLimits } from '../../src/api/streams/stream-hub.js';
import { appDependencies } from './api-server.js';
import { FakeJobs } from './fake-jobs.js';

export interface StreamApiOptions {
  jobs?: FakeJobs;
  times?: Partial<StreamTimes & { tickMs: number }>;
  limits?: Partial<StreamLimits>;
  dependencies?: Partial<AppDependencies>;
  http?: Partial<HttpOptions>;
  /** Listens on this Unix socket instead of a port. */
  socketPath?: string;
}

/** The real HTTP server with real streams and fake jobs. */
export class StreamApi {
  readonly tickets = new StreamTickets(['a secret of at least thirty-two characters']);
  readonly watchers: JobWatchers;
  readonly streams: StreamHub;
  readonly server: Server;
  /** Open connections that requested a WebSocket. */
  upgrades = 0;

  private constructor(
    readonly jobs: FakeJobs,
    { times, limits, dependencies, http }: StreamApiOptions,
  ) {
    this.watchers = new JobWatchers(jobs);
    this.streams = new StreamHub(
      this.watchers,
      { ...STREAM_LIMITS, ...limits },
      { heartbeatMs: 15_000, drainMs: 30_000, restartGraceMs: 3_000, tickMs: 20, ...times },
    );
    this.server = createNodeServer(createApp({ ...this.dependencies(http), ...dependencies }));
    this.server.on('upgrade', (_req, socket) => {
      this.upgrades++;
      socket.once('close', () => this.upgrades--);
    });
  }

  static async start(options: StreamApiOptions = {}): Promise<StreamApi> {
    const api = new StreamApi(options.jobs ?? new FakeJobs(), options);
    if (options.socketPath === undefined) api.server.listen(0, '127.0.0.1');
    else api.server.listen(options.socketPath);
    await once(api.server, 'listening');
    return api;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  eventsUrl(jobId: string, ticket?: string): string {
    return `${this.url}/v1/download/jobs/${jobId}/events${query(ticket)}`;
  }

  socketUrl(jobId: string, ticket?: string): string {
    return `${this.url.replace('http', 'ws')}/v1/download/jobs/${jobId}/stream${query(ticket)}`;
  }

  statusUrl(jobId: string, search = ''): string {
    return `${this.url}/v1/download/status/${jobId}${search}`;
  }

  async stop(): Promise<void> {
    this.watchers.close();
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private dependencies(http: Partial<HttpOptions> = {}): AppDependencies {
    const { jobs, tickets, watchers, streams } = this;
    return appDependencies({
      jobs: jobs as unknown as AppDependencies['jobs'],
      tickets,
      watchers,
      streams,
      store: { signedLink: async (key) => `/signed/${key}`, read: notImplemented },
      http: {
        publicUrl: undefined,
        trustProxy: 0,
        corsOrigins: ['*'],
        // Shorter than every `waitMs` of the tests, so that they fail if the request timeout ends a wait.
        requestTimeoutMs: 100,
        linkTtlSeconds: 60,
        ...http,
      },
    });
  }
}

function query(ticket: string | undefined): string {
  return ticket === undefined ? '' : `?ticket=${ticket}`;
}

function notImplemented(): never {
  throw new Error('This store reads no objects');
}
