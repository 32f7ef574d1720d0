import { errorCodeOf } from '../../contract/errors.js';
import type { ObjectStore } from '../../storage/object-store.js';

/** Returns the size of an object; null when there is none. */
export async function storedSize(
  store: ObjectStore,
  key: string,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    return (await store.head(key, signal)).size;
  } catch (error) {
    if (errorCodeOf(error) === 'FILE_NOT_FOUND') return null;
    throw error;
  }
}
