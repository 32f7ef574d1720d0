import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ByteRate } from './byte-rate.js';
import type { DemoSettings } from './demo-settings.js';

const FILES = 8;

const CHUNK_BYTES = 64 * 1024;

/** Random, so that it does not compress and the archive is as large as promised. */
const NOISE = randomBytes(4 * CHUNK_BYTES);

/** A server on loopback with large files that exist nowhere: their bytes are made while they are sent, at a steady rate. */
export class MadeUpFiles {
  readonly fileIds = Array.from({ length: FILES }, (_, index) => `made-up-${index + 1}.bin`);

  private constructor(
    private readonly server: Server,
    private readonly size: number,
    private readonly rate: ByteRate,
  ) {}

  static async start({ bytes, seconds }: DemoSettings): Promise<MadeUpFiles> {
    const server = createServer();
    const files = new MadeUpFiles(server, Math.ceil(bytes / FILES), new ByteRate(bytes / seconds));
    server.on('request', (request, response) => void files.answer(request, response).catch(() => {}));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return files;
  }

  /** `host:port`. */
  get host(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `${address}:${port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer({ url = '', headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.fileIds.includes(url.slice(1))) {
      response.writeHead(404).end();
      return;
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
    const start = Number(range?.[1] ?? 0);
    const end = Math.min(Number(range?.[2] || Infinity), this.size - 1);
    response.writeHead(range ? 206 : 200, {
      'content-length': end - start + 1,
      'content-type': 'application/octet-stream',
      etag: `"${this.size}"`,
      ...(range ? { 'content-range': `bytes ${start}-${end}/${this.size}` } : {}),
    });
    await pipeline(Readable.from(this.bytes(start, end), { objectMode: false }), response);
  }

  private async *bytes(start: number, end: number): AsyncGenerator<Buffer> {
    for (let offset = start; offset <= end;) {
      const from = offset % NOISE.length;
      const chunk = NOISE.subarray(from, from + Math.min(CHUNK_BYTES, end - offset + 1));
      await this.rate.take(chunk.length);
      offset += chunk.length;
      yield chunk;
    }
  }
}
