import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

/** A fault that replaces plain forwarding of a request. */
export type Cut =
  /** The connection closes; the server never sees the request. */
  | 'refuse'
  /** Forwarded; the connection closes instead of the answer. */
  | 'lose answer'
  /** Forwarded; the body is held back until it is complete. */
  | 'buffer'
  /** Never answered. */
  | 'hang'
  /** Forwarded; the connection closes after this many bytes of the answer. */
  | { afterBytes: number }
  /** Forwarded; the connection closes after this many parts of the answer: headers of an upgrade, messages. */
  | { afterParts: number }
  /** Answered by the proxy. */
  | { status: number; headers?: Record<string, string>; body?: string };

type End = Extract<Cut, { afterBytes: number } | { afterParts: number }>;

export interface ProxiedRequest {
  method: string;
  path: string;
  kind: 'socket' | 'events' | 'request';
  headers: IncomingMessage['headers'];
  /** Counts from 1. */
  number: number;
}

/** A proxy of the API that cuts connections: the network between a client and its server. */
export class CuttingProxy {
  readonly requests: ProxiedRequest[] = [];
  cut: (request: ProxiedRequest) => Cut | undefined = () => undefined;

  /** Connections that carry a stream now. */
  private readonly streams = new Set<Socket>();
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (socket) => {
      this.sockets.add(socket.on('error', () => {}));
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('request', (req, res) => this.serve(req, res));
    server.on('upgrade', (req, socket: Socket, head: Buffer) => this.upgrade(req, socket, head));
  }

  static async start(target: string): Promise<CuttingProxy> {
    const server = createServer({ requestTimeout: 0 }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CuttingProxy(server, new URL(target));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get openStreams(): number {
    return this.streams.size;
  }

  /** Requests of one kind so far. */
  count(kind: ProxiedRequest['kind']): number {
    return this.requests.filter((request) => request.kind === kind).length;
  }

  /** Forwards everything again and forgets the requests. */
  reset(): void {
    this.cut = () => undefined;
    this.requests.length = 0;
  }

  /** Breaks every open stream. */
  breakStreams(): void {
    for (const socket of this.streams) socket.destroy();
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }

  private see(req: IncomingMessage, kind: ProxiedRequest['kind']): Cut | undefined {
    const { method = '', url = '', headers } = req;
    const seen = { method, path: url, kind, headers, number: this.requests.length + 1 };
    this.requests.push(seen);
    return this.cut(seen);
  }

  private serve(req: IncomingMessage, res: ServerResponse): void {
    const isEvents = /\/events(\?|$)/.test(req.url!);
    const cut = this.see(req, isEvents ? 'events' : 'request');
    if (cut === 'refuse') req.socket.destroy();
    else if (cut === 'hang') req.resume();
    else if (typeof cut === 'object' && 'status' in cut) {
      req.resume().once('end', () => res.writeHead(cut.status, cut.headers).end(cut.body));
    } else {
      if (isEvents) this.keep(req.socket);
      this.forward(req, res, cut);
    }
  }

  private keep(socket: Socket): void {
    this.streams.add(socket);
    socket.once('close', () => this.streams.delete(socket));
  }

  private forward(
    req: IncomingMessage,
    res: ServerResponse,
    cut: 'lose answer' | 'buffer' | End | undefined,
  ): void {
    const { hostname, port } = this.target;
    const options = { hostname, port, method: req.method, path: req.url, headers: req.headers };
    const upstream = httpRequest(options, (reply) => {
      if (cut === 'lose answer') {
        reply.resume().once('end', () => req.socket.destroy());
        return;
      }
      res.writeHead(reply.statusCode!, reply.headers);
      if (cut === 'buffer') {
        const parts: Buffer[] = [];
        reply.on('data', (part: Buffer) => parts.push(part));
        reply.once('end', () => res.end(Buffer.concat(parts)));
        return;
      }
      res.flushHeaders();
      reply.once('error', () => req.socket.destroy());
      if (cut) cutAfter(reply, cut, res, req.socket);
      else reply.pipe(res);
    });
    // The address of the proxy stays in `host`, as behind a TLS proxy.
    upstream.once('error', () => req.socket.destroy());
    res.once('close', () => upstream.destroy());
    req.pipe(upstream);
  }

  private upgrade(req: IncomingMessage, socket: Socket, head: Buffer): void {
    const cut = this.see(req, 'socket');
    if (cut === 'hang') return;
    if (typeof cut === 'object' && 'status' in cut) {
      socket.end(`HTTP/1.1 ${cut.status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    if (cut === 'refuse') {
      socket.destroy();
      return;
    }
    const upstream = connect(Number(this.target.port), this.target.hostname, () => {
      const headers = req.rawHeaders.map((text, i) => text + (i % 2 ? '\r\n' : ': ')).join('');
      upstream.write(`${req.method} ${req.url} HTTP/1.1\r\n${headers}\r\n`);
      upstream.write(head);
      if (typeof cut === 'object') cutAfter(upstream, cut, socket, socket);
      // Nothing comes through otherwise.
      else if (cut !== 'buffer') upstream.pipe(socket);
      socket.pipe(upstream);
    });
    this.keep(socket);
    upstream.once('error', () => socket.destroy());
    upstream.once('close', () => socket.destroy());
    socket.once('close', () => upstream.destroy());
  }
}

/** Passes a part of an answer on, and closes the connection then. */
function cutAfter(source: Readable, end: End, sink: Writable, socket: Socket): void {
  let left = 'afterBytes' in end ? end.afterBytes : end.afterParts;
  source.on('data', (chunk: Buffer) => {
    const isByBytes = 'afterBytes' in end;
    if (left > 0) sink.write(isByBytes ? chunk.subarray(0, left) : chunk);
    left -= isByBytes ? chunk.length : 1;
    if (left <= 0) setImmediate(() => socket.destroy());
  });
  source.once('end', () => left > 0 && sink.end());
}
