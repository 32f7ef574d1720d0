import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** A relay to a server that counts the bytes of all connections, both ways. */
export class CountingProxy {
  bytes = 0;
  private readonly server = createServer((client) => {
    const upstream = connect(this.port, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('data', (chunk: Buffer) => (this.bytes += chunk.length));
      from.on('error', () => to.destroy()).pipe(to);
    }
  });

  private constructor(private readonly port: number) {}

  static async start(target: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(Number(new URL(target).port));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
  }
}
