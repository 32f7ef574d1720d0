import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import type { TestFile } from './build-zip.js';

/** A file of a property test, short enough to be read in a counterexample. */
export interface FileModel {
  name: string;
  size: number;
  /** Bytes that deflate to nothing, to a part, or not at all. */
  kind: 'zeros' | 'text' | 'noise';
  seed: number;
  source: 'object' | 'stream' | 'server';
  known: boolean;
}

const sizes = fc.oneof(
  fc.constantFrom(0, 1, 255, 256, 257, 511, 512, 513, 1_023, 1_024, 1_600, 4_096, 5_120, 5_121, 5_184),
  fc.nat(300),
  fc.integer({ min: 300, max: 6_000 }),
  fc.integer({ min: 6_000, max: 20_000 }),
);

const names = fc.oneof(
  fc.constantFrom('a.txt', 'A.TXT', 'd/a.txt', 'é.txt', '日本/語.txt', 'p.jpg', `${'n'.repeat(240)}.txt`),
  fc.string({ minLength: 1, maxLength: 12 }).map((text) => text.replaceAll(/[^a-z0-9]/gi, '') || 'x'),
);

/** Lists of files of all sizes, names and sources. */
export const fileModels: fc.Arbitrary<FileModel[]> = fc.array(
  fc.record({
    name: names,
    size: sizes,
    kind: fc.constantFrom('zeros', 'text', 'noise'),
    seed: fc.nat(1_000),
    source: fc.constantFrom('object', 'object', 'stream', 'server'),
    known: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

export function testFile({ name, size, kind, seed, source, known }: FileModel): TestFile {
  const bytes = bytesOf(size, kind, seed);
  return { name, bytes, source, ...(known && { crc32: crc32(bytes) }) };
}

/** Returns the same bytes for the same arguments. */
export function bytesOf(size: number, kind: FileModel['kind'], seed = 1): Buffer {
  const bytes = Buffer.alloc(size);
  if (kind === 'zeros') return bytes;
  const next = random(seed + 1);
  for (let i = 0; i < size; i++) bytes[i] = kind === 'noise' ? next() * 256 : 97 + next() * 8;
  return bytes;
}

/** Yields numbers 0 … 1 from a seed (xorshift32, Marsaglia 2003). */
export function random(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}
