import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { worstDeflatedSize } from '../../../../../src/archive/zip/format/deflate-bound.js';
import { deflateBlock, storedBlocks, windowOf } from '../../../../../src/archive/zip/format/deflate-block.js';
import { bytesOf } from '../../../../support/zip/random-files.js';

describe('deflateBlock', () => {
  it('makes one stream of blocks in a row', async () => {
    const bytes = bytesOf(300_000, 'text');
    const [a, b, c] = [bytes.subarray(0, 100_000), bytes.subarray(100_000, 200_000), bytes.subarray(200_000)];
    const blocks = await Promise.all([
      deflateBlock({ bytes: a, before: null, last: false }),
      deflateBlock({ bytes: b, before: windowOf(a), last: false }),
      deflateBlock({ bytes: c, before: windowOf(b), last: true }),
    ]);
    expect(inflateRawSync(Buffer.concat(blocks)).equals(bytes)).toBe(true);
  });

  it('repeats what is in the window', async () => {
    const bytes = bytesOf(20_000, 'noise');
    const repeated = await deflateBlock({ bytes, before: windowOf(bytes), last: false });
    expect(repeated.length).toBeLessThan(1_000);
  });

  it('mixes with stored blocks', async () => {
    const bytes = bytesOf(200_000, 'text');
    const stored = storedBlocks(bytes, false);
    const deflated = await deflateBlock({ bytes, before: windowOf(bytes), last: true });
    expect(inflateRawSync(Buffer.concat([stored, deflated])).equals(Buffer.concat([bytes, bytes]))).toBe(
      true,
    );
    expect(inflateRawSync(storedBlocks(bytes, true)).equals(bytes)).toBe(true);
  });

  it.each([1, 512, 65_536, 1_048_576])('expands noise within the bound: %d bytes', async (size) => {
    const deflated = await deflateBlock({ bytes: bytesOf(size, 'noise'), before: null, last: false });
    expect(deflated.length).toBeLessThanOrEqual(worstDeflatedSize(size));
  });
});
