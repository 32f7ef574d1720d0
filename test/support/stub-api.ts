import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface StubAnswer {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

export interface SeenCall {
  route: string;
  authorization: string | undefined;
  body: string;
}

/** An API that answers as told, for answers that no real server gives on demand. */
export class StubApi {
  /** By method and path, such as `GET /v1/me`. */
  answers: Record<string, StubAnswer | (() => StubAnswer)> = {};
  calls: SeenCall[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (req: IncomingMessage, res: ServerResponse) => void this.serve(req, res));
  }

  static async start(): Promise<StubApi> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StubApi(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const route = `${req.method} ${new URL(req.url!, this.url).pathname}`;
    this.calls.push({ route, authorization: req.headers.authorization, body: await text(req) });
    const answer = this.answers[route] ?? problem(404, 'ROUTE_NOT_FOUND', `There is no route ${route}.`);
    const { status = 200, headers, body } = typeof answer === 'function' ? answer() : answer;
    res.writeHead(status, { 'content-type': 'application/json', ...headers });
    res.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  }
}

/** A problem document of Longhaul. */
export function problem(status: number, code: string, detail: string, headers = {}): StubAnswer {
  return {
    status,
    headers,
    body: { type: `urn:longhaul:problem:${code}`, code, detail, requestId: 'r-1', status },
  };
}
