import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';

/** A fault that replaces plain forwarding of a request. */
export type Fault =
  /** The proxy answers; the server never sees the request. */
  | { status: number; code: string }
  | { status: number; headers: Record<string, string>; body: Buffer }
  /** Forwarded; the response body stops after this many bytes and hangs or disconnects. */
  | { bytes: number; ending: 'silence' | 'cut' }
  /** Forwarded; the connection closes before the response. */
  | 'lose answer'
  /** Forwarded; the proxy answers 500 instead of the server. */
  | 'spoil answer'
  /** Forwarded with another last byte. */
  | 'spoil body'
  /** Never answered. */
  | 'hang'
  /** Held until this resolves, then forwarded even if the sender has disconnected. */
  | { until: Promise<void> };

export interface SeenRequest {
  method: string;
  key: string;
  query: URLSearchParams;
}

/** A proxy that records requests and injects network faults into selected ones. */
export class FaultProxy {
  /** Number of connections accepted so far. */
  connections = 0;
  requests: SeenRequest[] = [];
  fault: (request: SeenRequest) => Fault | undefined = () => undefined;

  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', () => this.connections++);
    server.on('request', (req, res) => this.serve(req, res));
  }

  static async start(target: string): Promise<FaultProxy> {
    const server = createServer({ requestTimeout: 0 }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(server, new URL(target));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Removes the fault and the recorded requests. */
  reset(): void {
    this.fault = () => undefined;
    this.requests = [];
    this.connections = 0;
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private serve(req: IncomingMessage, res: ServerResponse): void {
    const { pathname, searchParams } = new URL(req.url!, this.target);
    const seen = { method: req.method!, key: pathname.split('/').slice(2).join('/'), query: searchParams };
    this.requests.push(seen);
    const fault = this.fault(seen);
    if (fault === 'hang') req.resume();
    else if (typeof fault === 'object' && 'status' in fault) answer(req, res, fault);
    else if (typeof fault === 'object' && 'until' in fault) void this.passOnLater(req, res, fault.until);
    else this.passOn(req, res, fault);
  }

  private async passOnLater(req: IncomingMessage, res: ServerResponse, until: Promise<void>): Promise<void> {
    await until;
    this.passOn(req, res, undefined);
  }

  private passOn(
    req: IncomingMessage,
    res: ServerResponse,
    fault: Exclude<Fault, { status: number } | { until: Promise<void> }> | undefined,
  ): void {
    const { hostname, port } = this.target;
    // Keep the headers unchanged, including `host`, because the signature covers it.
    const options = {
      hostname,
      port,
      method: req.method,
      path: req.url,
      headers: req.rawHeaders,
      agent: this.agent,
    };
    const upstream = httpRequest(options, (reply) => {
      if (fault === 'lose answer') {
        reply.resume().once('end', () => req.socket.destroy());
        return;
      }
      if (fault === 'spoil answer') {
        reply.resume().once('end', () => res.writeHead(500).end());
        return;
      }
      res.writeHead(reply.statusCode!, reply.rawHeaders);
      if (typeof fault === 'object') spoil(reply, res, fault);
      else reply.pipe(res);
    });
    upstream.on('error', () => req.socket.destroy());
    res.once('close', () => upstream.destroy());
    if (fault === 'spoil body') req.pipe(lastByteSpoiled()).pipe(upstream);
    else req.pipe(upstream);
  }
}

function answer(req: IncomingMessage, res: ServerResponse, fault: Extract<Fault, { status: number }>): void {
  const { headers, body } = 'code' in fault ? s3Error(fault.code) : fault;
  req.resume().once('end', () => res.writeHead(fault.status, headers).end(body));
}

function s3Error(code: string) {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>injected</Message></Error>`;
  return { headers: { 'content-type': 'application/xml' }, body };
}

/** Passes bytes on, and changes the last one. */
function lastByteSpoiled(): Transform {
  let last: Buffer | undefined;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      if (last) this.push(last);
      last = chunk;
      done();
    },
    flush(done) {
      if (last) last[last.length - 1]! ^= 1;
      done(null, last);
    },
  });
}

function spoil(
  reply: IncomingMessage,
  res: ServerResponse,
  fault: { bytes: number; ending: 'silence' | 'cut' },
): void {
  let left = fault.bytes;
  reply.on('data', (chunk: Buffer) => {
    if (left > 0) res.write(chunk.subarray(0, left));
    if (left > 0 && left <= chunk.length && fault.ending === 'cut') setImmediate(() => res.destroy());
    left -= chunk.length;
  });
}
