import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AppDependencies, createApp } from '../../src/api/app.js';
import { StreamTickets } from '../../src/api/auth/stream-tickets.js';
import { JobWatchers } from '../../src/api/job-watchers.js';
import type { StreamTimes } from '../../src/api/streams/job-stream.js';
import { StreamHub } from '../../src/api/streams/stream-hub.js';
import { StreamSockets } from '../../src/api/streams/stream-sockets.js';
import { appDependencies } from './api-server.js';
import { FakeDownloads } from './fake-downloads.js';

export interface StreamApiOptions {
  downloads?: FakeDownloads;
  times?: Partial<StreamTimes & { lookMs: number }>;
  maxStreams?: number;
  corsOrigins?: string[];
}

/** The real HTTP server with its real streams, over jobs that a test makes up. */
export class StreamApi {
  readonly tickets = new StreamTickets(['a secret of at least thirty-two characters']);
  readonly watchers: JobWatchers;
  readonly streams: StreamHub;
  private constructor(
    readonly downloads: FakeDownloads,
    private readonly server: Server,
    { times, maxStreams }: StreamApiOptions,
  ) {
    this.watchers = new JobWatchers(downloads);
    this.streams = new StreamHub(
      this.watchers,
      { heartbeatMs: 15_000, drainMs: 30_000, lookMs: 20, ...times },
      maxStreams,
    );
  }

  static async start(options: StreamApiOptions = {}): Promise<StreamApi> {
    const server = createServer();
    const api = new StreamApi(options.downloads ?? new FakeDownloads(), server, options);
    const deps = api.dependencies(options.corsOrigins ?? ['*']);
    const sockets = new StreamSockets(deps);
    server.on('request', createApp(deps));
    server.on('upgrade', (req, socket, head) => void sockets.upgrade(req, socket, head));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
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
    this.streams.cut();
    this.watchers.close();
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private dependencies(corsOrigins: string[]): AppDependencies {
    const { downloads, tickets, watchers, streams } = this;
    return appDependencies({
      downloads: downloads as unknown as AppDependencies['downloads'],
      tickets,
      watchers,
      streams,
      store: { signedLink: async (key) => `/signed/${key}`, read: notNeeded },
      http: {
        publicUrl: undefined,
        trustProxy: 0,
        corsOrigins,
        // Shorter than every wait of the tests: it must not cut one.
        requestTimeoutMs: 100,
        linkTtlSeconds: 60,
      },
    });
  }
}

function query(ticket: string | undefined): string {
  return ticket === undefined ? '' : `?ticket=${ticket}`;
}

function notNeeded(): never {
  throw new Error('Nothing is read here');
}
