import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ObjectStore } from '../storage/object-store.js';

/** Writes one JSON document per line, streaming. */
export async function writeJsonLines(
  store: ObjectStore,
  key: string,
  lines: Iterable<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const body = Readable.from(encode(lines), { objectMode: false });
  await store.write(key, body, { contentType: 'application/jsonl', signal });
}

/** Reads lines written by `writeJsonLines`. The type is not checked. */
export async function* readJsonLines<T>(
  store: ObjectStore,
  key: string,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const input = await store.read(key, { signal });
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      yield JSON.parse(line) as T;
    }
  } finally {
    // When the reader stops early, readline is closed but its input is not.
    input.destroy();
  }
}

/** U+2028 and U+2029: JSON allows them in strings, but `readline` of Node 24 ends a line at them. */
const LINE_SEPARATORS = /[\u2028\u2029]/g;

function bytesOf(block: string): Buffer {
  return Buffer.from(block.replace(LINE_SEPARATORS, escaped));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}

/** Joins lines to blocks of 64 KiB, because one stream chunk per line is slow. */
function* encode(lines: Iterable<unknown>): Generator<Buffer> {
  let block = '';
  for (const line of lines) {
    block += `${JSON.stringify(line)}\n`;
    if (block.length >= 64 * 1024) {
      yield bytesOf(block);
      block = '';
    }
  }
  if (block !== '') yield bytesOf(block);
}
