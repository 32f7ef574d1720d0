import type { FileId } from '../../contract/files.js';

/** Where the bytes of a file may be: the first of these keys that exists. */
export interface ObjectLocation {
  kind: 'object';
  keys: readonly string[];
}

/** A server elsewhere that has the bytes of a file. */
export interface UrlLocation {
  kind: 'https';
  url: string;
  /** Bytes, for a server that does not tell; null when the catalogue does not know either. */
  size: number | null;
}

export type FileLocation = ObjectLocation | UrlLocation;

/** What the catalogue says of one id. */
export type CatalogueEntry =
  | { fileId: FileId; outcome: 'found'; location: FileLocation; name: string | null }
  | { fileId: FileId; outcome: 'missing' | 'forbidden' };

/**
 * UserSemaphore the ids of an application into places where bytes are. Answers one entry per id, in their order.
 * Throws CATALOGUE_UNAVAILABLE (worth retrying) when it cannot answer now, CATALOGUE_INVALID when an operator must mend it.
 */
export interface Catalogue {
  resolve(userId: string, fileIds: readonly FileId[], signal?: AbortSignal): Promise<CatalogueEntry[]>;
}
