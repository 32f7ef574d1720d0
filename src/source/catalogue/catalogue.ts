import type { FileId } from '../../contract/files.js';

/** A file in the object store: the first of these keys that exists. */
export interface ObjectLocation {
  kind: 'object';
  keys: readonly string[];
}

/** A file on another server. */
export interface UrlLocation {
  kind: 'https';
  url: string;
  /** Bytes, used when the server does not send a length; null when the catalogue does not know it either. */
  size: number | null;
}

export type FileLocation = ObjectLocation | UrlLocation;

/** The catalogue's result for one id. */
export type CatalogueEntry =
  | {
      fileId: FileId;
      outcome: 'found';
      location: FileLocation;
      name: string | null;
      /** RFC 3339; that of the source when absent. */
      modifiedAt?: string | null;
    }
  | { fileId: FileId; outcome: 'missing' }
  | { fileId: FileId; outcome: 'forbidden' }
  /** The reason completes "the catalogue …" and quotes no value. */
  | { fileId: FileId; outcome: 'invalid'; reason: string };

/**
 * Maps file ids of an application to locations. Returns one entry per id, in the same order.
 * Throws CATALOGUE_UNAVAILABLE, which callers may retry, and CATALOGUE_INVALID, which an operator must fix.
 */
export interface Catalogue {
  resolve(userId: string, fileIds: readonly FileId[], signal?: AbortSignal): Promise<CatalogueEntry[]>;
}
