import type { RangeReader } from './multipart-store.js';

/** Files in a store whose ranges report the bytes that were read. */
export function countedRanges(files: RangeReader, onRead: (bytes: number) => void): RangeReader {
  const readIntoSync: RangeReader['readIntoSync'] = (key, range, into) => {
    files.readIntoSync!(key, range, into);
    onRead(into.length);
  };
  return {
    async readInto(key, range, into, signal) {
      await files.readInto(key, range, into, signal);
      onRead(into.length);
    },
    ...(files.readIntoSync && { readIntoSync }),
  };
}
