import type { PinnedSource } from '../contract/files.js';
import type { FileSource } from './file-source.js';

/** A source that reports the bytes of each file, or range, that was read to its end. */
export function countedSource(
  source: FileSource,
  onRead: (kind: PinnedSource['kind'], bytes: number) => void,
): FileSource {
  return {
    find: (location, signal) => source.find(location, signal),
    open: async (pinned, size, signal, range = { start: 0, end: size }) => {
      const body = await source.open(pinned, size, signal, range);
      return body.once('end', () => onRead(pinned.kind, range.end - range.start));
    },
  };
}
