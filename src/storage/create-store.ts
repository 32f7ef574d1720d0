import { join, resolve } from 'node:path';
import { FileObjectStore } from './file/file-object-store.js';
import { observedFileStore } from './file/observed-store.js';
import { FolderFiles, type SourceFiles } from './folder/folder-files.js';
import { loadPersistentSecret } from '../secrets/persistent-secret.js';
import type { MultipartStore, RangeReader } from './multipart-store.js';
import type { ObjectStore } from './object-store.js';
import type { S3Options } from './s3/s3-client.js';
import type { StoreObserver } from './store-observer.js';
import { S3ObjectStore } from './s3/s3-object-store.js';

/** Selects a store and configures it. */
export interface StoreSettings {
  kind: 'file' | 's3';
  /** Data folder. A file store keeps its objects in `objects` below it. */
  dataDir: string;
  /** Signs the links of a file store. When absent, a secret kept in `dataDir` does. */
  linkSecret?: string | undefined;
  /** Only verify links, during a rotation. */
  olderLinkSecrets?: readonly string[];
  s3: S3Options;
  /** Keys of S3 that sign links to archives, if others than those of `s3`. */
  signCredentials?: S3Options['credentials'];
}

/**
 * Creates the store that the settings select. Does not contact it; use `check` for that.
 * @param publicUrl base URL of the API, which serves the links of a file store. When absent, links are paths.
 * @param observer learns of every request.
 * @throws Error when the link secret cannot be loaded.
 */
export async function createObjectStore(
  settings: StoreSettings,
  publicUrl?: string,
  observer?: StoreObserver,
): Promise<ObjectStore & MultipartStore> {
  if (settings.kind === 's3') return new S3ObjectStore(settings.s3, observer);
  const store = new FileObjectStore({
    directory: join(settings.dataDir, 'objects'),
    linkSecret: settings.linkSecret ?? (await loadPersistentSecret(settings.dataDir, 'link-secret')),
    olderLinkSecrets: settings.olderLinkSecrets ?? [],
    publicUrl,
  });
  return observer ? observedFileStore(store, observer) : store;
}

/**
 * Creates the two stores of the API as `createObjectStore` does: one that reads, and one that signs links to archives and looks
 * for them. They are the same unless links have keys of their own.
 */
export async function createApiStores(
  settings: StoreSettings,
  publicUrl?: string,
  observer?: StoreObserver,
): Promise<{ store: ObjectStore & MultipartStore; links: ObjectStore }> {
  const { kind, s3, signCredentials } = settings;
  const store = await createObjectStore(settings, publicUrl, observer);
  const links =
    kind === 's3' && signCredentials
      ? new S3ObjectStore({ ...s3, credentials: signCredentials }, observer)
      : store;
  return { store, links };
}

/** Returns where the files to download are: a folder of the operator's own if set, otherwise the store. */
export function sourceFilesOf(
  folder: string | undefined,
  { dataDir }: Pick<StoreSettings, 'dataDir'>,
  store: SourceFiles & RangeReader,
): SourceFiles & RangeReader {
  return folder === undefined ? store : new FolderFiles(folder, resolve(dataDir));
}

/** Returns the dependency with which the API serves the links of a file store; empty for other stores, which serve them. */
export function localLinksOf(store: ObjectStore): { localLinks?: FileObjectStore } {
  return store instanceof FileObjectStore ? { localLinks: store } : {};
}
