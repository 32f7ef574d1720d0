import { Readable } from 'node:stream';

const BLOCK = 64 * 1024;

/** Streams `size` reproducible bytes that compress slowly and well, without buffering them. */
export function pseudoText(size: number): Readable {
  return Readable.from(blocks(size), { objectMode: false });
}

function* blocks(size: number): Generator<Buffer> {
  const words = Array.from({ length: 512 }, (_, i) => `word${(i * 7_919) % 1_000} `);
  let seed = 1;
  for (let left = size; left > 0; left -= BLOCK) {
    let text = '';
    while (text.length < BLOCK) {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      text += words[seed % words.length];
    }
    yield Buffer.from(text.slice(0, Math.min(left, BLOCK)));
  }
}
