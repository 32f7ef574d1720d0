import type { LonghaulError } from '../../contract/errors.js';
import { failingObject, objectError } from '../store-errors.js';

/**
 * Returns an error when the store ignored a header, and therefore sends other bytes than requested.
 * @param contentRange how Content-Range must begin; undefined when the whole object was requested.
 */
export function mismatchOf(
  found: { ContentRange?: string | undefined; ETag?: string | undefined },
  contentRange: string | undefined,
  ifMatch: string | undefined,
): LonghaulError | null {
  if (contentRange !== undefined && !found.ContentRange?.startsWith(contentRange)) {
    return failingObject(new Error('The store ignored the Range header'));
  }
  if (ifMatch !== undefined && found.ETag !== undefined && found.ETag !== ifMatch) {
    return objectError('FILE_CHANGED', new Error('The store ignored the If-Match header'));
  }
  return null;
}
