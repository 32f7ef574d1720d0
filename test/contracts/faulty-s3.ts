import { S3ObjectStore } from '../../src/storage/s3/s3-object-store.js';
import type { S3Options } from '../../src/storage/s3/s3-client.js';
import { FaultProxy, type SeenRequest } from '../support/fault-proxy.js';
import type { S3Server } from '../support/s3-servers.js';
import { optionsOf } from './s3-under-test.js';

export const isPart = ({ method, query }: SeenRequest) => method === 'PUT' && query.has('partNumber');
export const isCompletion = ({ method, query }: SeenRequest) => method === 'POST' && query.has('uploadId');

/** A real S3 server behind a proxy that injects faults, and the stores that a suite opens on it. */
export class FaultyS3 {
  private readonly opened: S3ObjectStore[] = [];
  private lastKey = 0;

  private constructor(
    readonly server: S3Server,
    readonly proxy: FaultProxy,
    readonly options: S3Options,
  ) {}

  static async start(start: () => Promise<S3Server>): Promise<FaultyS3> {
    const server = await start();
    const proxy = await FaultProxy.start(server.endpoint);
    return new FaultyS3(server, proxy, { ...optionsOf(server), endpoint: proxy.url });
  }

  open(changes: Partial<S3Options> = {}): S3ObjectStore {
    const store = new S3ObjectStore({ ...this.options, ...changes });
    this.opened.push(store);
    return store;
  }

  newKey(): string {
    return `faults/${this.lastKey++}/object`;
  }

  async stop(): Promise<void> {
    for (const store of this.opened) store.close();
    await this.proxy.stop();
    await this.server.stop();
  }
}
