import type { FileId } from '../../contract/files.js';

/** The files that a stack can download, as its user reads about them. Contains no secrets. */
export interface FilesInUse {
  /** Where the files are. */
  place: string;
  /** Where archives go; undefined for the file store. */
  archives?: string;
  /** Introduces the example request, and says where ids come from. */
  advice: string;
  /** Ids and archive name of the example request. */
  example: { fileIds: readonly FileId[]; name: string };
  /** True if `GET /v1/files` lists the ids. */
  listed: boolean;
  /** Ids that are downloaded after the start; empty for none. */
  first: readonly FileId[];
  /** Reason for no first download, if it needs one. */
  noFirst?: string;
}

/** The id is a placeholder that a user replaces. */
export const PLACEHOLDER_EXAMPLE = { fileIds: ['YOUR-ID'], name: 'my-files' };
