import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the store does with a request instead of sending the rest of the archive. */
export type StoreFault =
  /** The connection breaks after so many bytes. */
  | { cutAfter: number }
  | { status: number; headers?: Record<string, string> }
  /** Sends everything, whatever the range says. */
  | 'ignore range'
  /** Sends so many bytes, and then nothing. */
  | { silentAfter: number };

/** A store with one archive, whose connections break as told. */
export class CuttingStore {
  etag = '"first"';
  /** One for each request to come; afterwards all goes well. */
  faults: StoreFault[] = [];
  requests: IncomingMessage[] = [];

  private constructor(
    private readonly server: Server,
    public bytes: Buffer,
  ) {
    server.on('request', (req: IncomingMessage, res: ServerResponse) => this.serve(req, res));
  }

  static async start(bytes: Buffer): Promise<CuttingStore> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CuttingStore(server, bytes);
  }

  /** A link with a signature, which must not be printed. */
  get link(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/archive?signature=s3cr3t`;
  }

  get checksum(): string {
    return `sha256:${createHash('sha256').update(this.bytes).digest('hex')}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(req: IncomingMessage, res: ServerResponse): void {
    this.requests.push(req);
    const fault = this.faults.shift();
    if (typeof fault === 'object' && 'status' in fault) {
      res.writeHead(fault.status, fault.headers).end();
      return;
    }
    const start = fault === 'ignore range' ? 0 : this.startOf(req);
    const length = this.bytes.length - start;
    const range =
      start > 0 ? { 'content-range': `bytes ${start}-${this.bytes.length - 1}/${this.bytes.length}` } : {};
    res.writeHead(start > 0 ? 206 : 200, { etag: this.etag, 'content-length': length, ...range });
    this.send(res, start, typeof fault === 'object' ? fault : undefined);
  }

  private send(
    res: ServerResponse,
    start: number,
    fault: { cutAfter: number } | { silentAfter: number } | undefined,
  ): void {
    if (fault === undefined) {
      res.end(this.bytes.subarray(start));
      return;
    }
    const count = 'cutAfter' in fault ? fault.cutAfter : fault.silentAfter;
    const part = this.bytes.subarray(start, start + count);
    if (part.length === 0) res.flushHeaders();
    res.write(part, () => {
      if ('cutAfter' in fault) res.destroy();
    });
  }

  private startOf({ headers }: IncomingMessage): number {
    const [, start] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
    const isSame = headers['if-range'] === undefined || headers['if-range'] === this.etag;
    return start !== undefined && isSame ? Number(start) : 0;
  }
}
