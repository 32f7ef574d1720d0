import { randomBytes } from 'node:crypto';
import { combineCrc32, crc32 } from '../../src/archive/zip/format/crc32.js';
import type { StubOptions } from './task.js';

const BYTES = 1024 * 1024;

/** The bytes of every object of the stub: one megabyte, over and over. */
export class Pattern {
  private readonly bytes: Buffer;
  private readonly sum: number;

  constructor(content: StubOptions['content']) {
    // Twice, so that each piece of at most a megabyte is in one place.
    const once = content === 'noise' ? randomBytes(BYTES) : json(BYTES);
    this.bytes = Buffer.concat([once, once]);
    this.sum = crc32(once);
  }

  /** Yields bytes `[start, end)` in pieces of at most `size`. */
  *pieces(start: number, end: number, size = BYTES): Generator<Buffer> {
    for (let at = start; at < end; at += size) {
      const from = at % BYTES;
      yield this.bytes.subarray(from, from + Math.min(size, end - at));
    }
  }

  /** Returns the CRC-32 of bytes `[start, end)`. */
  crc32(start: number, end: number): number {
    const head = Math.min(end - start, (BYTES - (start % BYTES)) % BYTES);
    const whole = Math.floor((end - start - head) / BYTES);
    const from = start % BYTES;
    let sum = crc32(this.bytes.subarray(from, from + head));
    for (let i = 0; i < whole; i++) sum = combineCrc32(sum, this.sum, BYTES);
    const rest = end - start - head - whole * BYTES;
    return combineCrc32(sum, crc32(this.bytes.subarray(0, rest)), rest);
  }
}

/** Records as an API answers them: they deflate to about a sixth. */
function json(bytes: number): Buffer {
  const lines: string[] = [];
  for (let size = 0; size < bytes;) {
    const [a, b] = [randomBytes(4).readUInt32LE(), randomBytes(8).toString('hex')];
    const line = `{"id":${a},"session":"${b}","status":"${a % 3 ? 'completed' : 'running'}","progress":${a % 100},"createdAt":"2026-11-${10 + (a % 20)}T12:00:00.000Z","message":"Ready: ${a % 40} files","error":null}\n`;
    lines.push(line);
    size += line.length;
  }
  return Buffer.from(lines.join('')).subarray(0, bytes);
}
