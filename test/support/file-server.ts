import type { ServerResponse } from 'node:http';
import { type ReceivedRequest, Receiver } from './receiver.js';

/** How a file is served; covers differences between real servers. */
export interface ServedFile {
  bytes: Buffer;
  etag?: string;
  lastModified?: string;
  contentType?: string;
  disposition?: string;
  /** Supports ranges; true when absent. */
  ranges?: boolean;
  /** Honors If-Match and If-Unmodified-Since; true when absent. */
  conditions?: boolean;
  /** Sends Content-Length; true when absent. */
  length?: boolean;
  /** Closes the connection after this many bytes, one entry per response. */
  cutsAfter?: number[];
}

/** A loopback file server that stands in for a third-party one. */
export class FileServer {
  readonly files = new Map<string, ServedFile>();

  private constructor(readonly receiver: Receiver) {}

  static async start(): Promise<FileServer> {
    const server: FileServer = new FileServer(await Receiver.start());
    server.receiver.answer = (request, response) => server.serve(request, response);
    return server;
  }

  stop(): Promise<void> {
    return this.receiver.stop();
  }

  /** Serves a file; returns its URL. */
  put(path: string, file: ServedFile): string {
    this.files.set(path, file);
    return this.receiver.url + path;
  }

  /** The `Range` header of each request so far. */
  get ranges(): (string | undefined)[] {
    return this.receiver.requests.map(({ headers }) => headers.range);
  }

  private serve({ path, headers }: ReceivedRequest, response: ServerResponse): void {
    const file = this.files.get(path.split('?')[0]!);
    if (!file) {
      response.writeHead(404).end('no such file');
      return;
    }
    const { bytes, etag, lastModified } = file;
    if (etag) response.setHeader('etag', etag);
    if (lastModified) response.setHeader('last-modified', lastModified);
    if (file.contentType) response.setHeader('content-type', file.contentType);
    if (file.disposition) response.setHeader('content-disposition', file.disposition);
    const wanted = headers['if-match'] ?? etag;
    const unmodified = headers['if-unmodified-since'] ?? lastModified;
    if (file.conditions !== false && (wanted !== etag || unmodified !== lastModified)) {
      response.writeHead(412).end();
      return;
    }
    const range = file.ranges === false ? null : /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
    if (!range) {
      this.send(file, bytes, response.writeHead(200, lengthOf(file, bytes)));
      return;
    }
    const start = Number(range[1]);
    if (start >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    const end = Math.min(Number(range[2] || Infinity), bytes.length - 1);
    const part = bytes.subarray(start, end + 1);
    const contentRange = { 'content-range': `bytes ${start}-${end}/${bytes.length}` };
    this.send(file, part, response.writeHead(206, { ...contentRange, ...lengthOf(file, part) }));
  }

  private send(file: ServedFile, bytes: Buffer, response: ServerResponse): void {
    const cut = bytes.length > 1 ? file.cutsAfter?.shift() : undefined;
    if (cut === undefined) response.end(bytes);
    else response.write(bytes.subarray(0, cut), () => response.destroy());
  }
}

function lengthOf({ length }: ServedFile, bytes: Buffer): Record<string, number> {
  return length === false ? {} : { 'content-length': bytes.length };
}
