import { join } from 'node:path';
import { FileObjectStore } from './file/file-object-store.js';
import { loadPersistentSecret } from '../secrets/persistent-secret.js';
import type { ObjectStore } from './object-store.js';
import type { S3Options } from './s3/s3-client.js';
import { S3ObjectStore } from './s3/s3-object-store.js';

/** Which store to use, and how. */
export interface StoreSettings {
  kind: 'file' | 's3';
  /** Folder of a file store; its objects are in `objects` below it. */
  dataDir: string;
  /** Signs the links of a file store; one that is kept in `dataDir` when absent. */
  linkSecret?: string | undefined;
  s3: S3Options;
}

/**
 * The store that the settings choose. Nothing is asked of it yet: see `check`.
 * @param publicUrl where clients reach the API, which serves the links of a file store; without it they have no host.
 */
export async function createObjectStore(settings: StoreSettings, publicUrl?: string): Promise<ObjectStore> {
  if (settings.kind === 's3') return new S3ObjectStore(settings.s3);
  return new FileObjectStore({
    directory: join(settings.dataDir, 'objects'),
    linkSecret: settings.linkSecret ?? (await loadPersistentSecret(settings.dataDir, 'link-secret')),
    publicUrl,
  });
}

/** What serves the store's links, for a store that has no server of its own; to be spread into what an API is made of. */
export function localLinksOf(store: ObjectStore): { localLinks?: FileObjectStore } {
  return store instanceof FileObjectStore ? { localLinks: store } : {};
}
