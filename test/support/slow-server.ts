import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Receiver } from './receiver.js';

const STEP = 1_000;
const STEP_MS = 50;

/** Serves one file under every path. Paths with `slow` get it byte by byte until the test is in a hurry. */
export class SlowServer {
  private inHurry = false;

  private constructor(
    private readonly bytes: Buffer,
    private readonly receiver: Receiver,
  ) {}

  static async start(bytes: Buffer): Promise<SlowServer> {
    const server: SlowServer = new SlowServer(bytes, await Receiver.start());
    server.receiver.answer = ({ path, headers }, response) =>
      void server.serve(headers.range, path.includes('slow'), response);
    return server;
  }

  get url(): string {
    return this.receiver.url;
  }

  get host(): string {
    return this.receiver.host;
  }

  /** Ends the slowness. */
  hurry(): void {
    this.inHurry = true;
  }

  stop(): Promise<void> {
    this.hurry();
    return this.receiver.stop();
  }

  private async serve(range: string | undefined, slow: boolean, response: ServerResponse): Promise<void> {
    const { length } = this.bytes;
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    const start = Number(first ?? 0);
    const end = last ? Number(last) + 1 : length;
    const part = { 'content-range': `bytes ${start}-${end - 1}/${length}` };
    response.writeHead(range ? 206 : 200, { 'content-length': end - start, ...(range ? part : {}) });
    for (let at = start; at < end;) {
      const step = slow && !this.inHurry ? STEP : end;
      response.write(this.bytes.subarray(at, Math.min(at + step, end)));
      at += step;
      if (slow && !this.inHurry) await delay(STEP_MS);
      if (response.destroyed) return;
    }
    response.end();
  }
}
