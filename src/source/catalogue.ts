import type { FileId } from '../contract/types.js';

/** Where the bytes of a file may be: the first of these keys that exists. */
export interface ObjectLocation {
  kind: 'object';
  keys: readonly string[];
}

/** What the catalogue says of one id. */
export type CatalogueEntry =
  | { fileId: FileId; outcome: 'found'; location: ObjectLocation; name: string | null }
  | { fileId: FileId; outcome: 'missing' | 'forbidden' };

/**
 * Turns the ids of an application into places where bytes are. Answers one entry per id, in their order.
 * Throws STORAGE_UNAVAILABLE (worth retrying) when it cannot answer now.
 */
export interface Catalogue {
  resolve(userId: string, fileIds: readonly FileId[]): Promise<CatalogueEntry[]>;
}
