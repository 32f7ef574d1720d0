import { combineAll, crc32, type Summed } from '../format/crc32.js';
import type { ArchiveLayout } from './archive-layout.js';
import { localHeader } from './archive-tail.js';

/** Returns CRC-32 and size of the whole archive from those of its pieces. Reads nothing. */
export function archiveSum(layout: ArchiveLayout, tail: Iterable<Uint8Array>): Summed {
  return combineAll(pieces(layout, tail));
}

function* pieces(layout: ArchiveLayout, tail: Iterable<Uint8Array>): Generator<Summed> {
  const heads = new Map(layout.heads.map((head) => [head.kept.name, head]));
  for (const { record } of layout.segments) {
    const head = record.head && heads.get(record.head.name);
    if (head?.before) yield head.before;
    if (head) {
      yield summed(localHeader(head.entry));
      yield head.kept;
    }
    yield* record.parts;
  }
  yield* layout.fragments;
  for (const bytes of tail) yield summed(bytes);
}

function summed(bytes: Uint8Array): Summed {
  return { crc32: crc32(bytes), size: bytes.length };
}
