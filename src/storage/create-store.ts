import { join, resolve } from 'node:path';
import { FileObjectStore } from './file/file-object-store.js';
import { FolderFiles, type SourceFiles } from './folder/folder-files.js';
import { loadPersistentSecret } from '../secrets/persistent-secret.js';
import type { ObjectStore } from './object-store.js';
import type { S3Options } from './s3/s3-client.js';
import { S3ObjectStore } from './s3/s3-object-store.js';

/** Selects a store and configures it. */
export interface StoreSettings {
  kind: 'file' | 's3';
  /** Data folder. A file store keeps its objects in `objects` below it. */
  dataDir: string;
  /** Signs the links of a file store. When absent, a secret kept in `dataDir` does. */
  linkSecret?: string | undefined;
  s3: S3Options;
}

/**
 * Creates the store that the settings select. Does not contact it; use `check` for that.
 * @param publicUrl base URL of the API, which serves the links of a file store. When absent, links are paths.
 * @throws Error when the link secret cannot be loaded.
 */
export async function createObjectStore(settings: StoreSettings, publicUrl?: string): Promise<ObjectStore> {
  if (settings.kind === 's3') return new S3ObjectStore(settings.s3);
  return new FileObjectStore({
    directory: join(settings.dataDir, 'objects'),
    linkSecret: settings.linkSecret ?? (await loadPersistentSecret(settings.dataDir, 'link-secret')),
    publicUrl,
  });
}

/** Returns where the files to download are: a folder of the operator's own if set, otherwise the store. */
export function sourceFilesOf(
  folder: string | undefined,
  { dataDir }: Pick<StoreSettings, 'dataDir'>,
  store: ObjectStore,
): SourceFiles {
  return folder === undefined ? store : new FolderFiles(folder, resolve(dataDir));
}

/** Returns the dependency with which the API serves the links of a file store; empty for other stores, which serve them. */
export function localLinksOf(store: ObjectStore): { localLinks?: FileObjectStore } {
  return store instanceof FileObjectStore ? { localLinks: store } : {};
}
