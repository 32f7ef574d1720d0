import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DownloadRequest } from 'longhaul/client';
import { createObjectStore } from '../../storage/create-store.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { DevPrograms, Programs } from '../topology/programs.js';
import { Topology } from '../topology/topology.js';
import { type Order, writeFiles } from './files.js';
import type { Prepared, Row } from './row.js';

export interface DeploymentOptions {
  programs: Programs | DevPrograms;
  /** Small files of each job. */
  smallFiles: number;
  /** Size of the one file of every tenth job. */
  largeBytes: number;
  print: (line: string) => void;
  signal: AbortSignal;
}

/** A running topology with files to download. */
export class Deployment {
  private constructor(
    readonly topology: Topology,
    readonly folder: string,
    readonly store: ObjectStore,
    readonly orders: Record<'small' | 'large', Order>,
    private readonly prepared: Prepared,
    private readonly print: DeploymentOptions['print'],
  ) {}

  static async start(
    { programs, smallFiles, largeBytes, print, signal }: DeploymentOptions,
    prepare?: Row['prepare'],
  ): Promise<Deployment> {
    const folder = await mkdtemp(join(tmpdir(), 'longhaul-drill-'));
    const prepared = (await prepare?.(folder)) ?? {};
    try {
      const topology = await Topology.start(programs, folder, signal, prepared.settings);
      const store = await storeOf(topology, prepared.settings?.['DATA_DIR']);
      const orders = await writeFiles(store, smallFiles, largeBytes);
      return new Deployment(topology, folder, store, orders, prepared, print);
    } catch (error) {
      await prepared.close?.();
      // Kept otherwise, because its logs say why.
      if (signal.aborted) await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get requests(): Record<'small' | 'large', DownloadRequest> {
    const { small, large } = this.orders;
    const { request } = this.prepared;
    return { small: { fileIds: small.fileIds, ...request }, large: { fileIds: large.fileIds, ...request } };
  }

  /** Ends everything. @param keep keeps the logs, which say why a row failed. */
  async stop(keep = false): Promise<void> {
    await this.topology.stop();
    await this.prepared.close?.();
    for (const name of await readdir(this.folder)) {
      if (name !== 'logs') await rm(join(this.folder, name), { recursive: true, force: true });
    }
    if (keep) this.print(`Logs: ${join(this.folder, 'logs')}`);
    else await rm(this.folder, { recursive: true, force: true });
  }
}

/** @param dataDir folder of a file store. */
function storeOf({ addresses }: Topology, dataDir: string | undefined): Promise<ObjectStore> {
  const { store: endpoint, bucket, accessKeyId, secretAccessKey } = addresses;
  const credentials = { accessKeyId, secretAccessKey };
  return createObjectStore({
    kind: dataDir === undefined ? 's3' : 'file',
    dataDir: dataDir ?? '',
    s3: { endpoint, region: 'us-east-1', bucket, forcePathStyle: true, credentials },
  });
}
