import { crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { combineAll, combineCrc32, crc32 } from '../../../../../src/archive/zip/format/crc32.js';

const bytes = fc.uint8Array({ maxLength: 300 });

describe('crc32', () => {
  it('knows the check value of the polynomial', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  });

  it('equals that of zlib, continued or not', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(crc32(a)).toBe(zlibCrc32(a));
        expect(crc32(b, crc32(a))).toBe(zlibCrc32(Buffer.concat([a, b])));
      }),
    );
  });
});

describe('combineCrc32', () => {
  it('gives the sum of both sequences in a row', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(combineCrc32(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])));
      }),
    );
  });

  it('combines sequences beyond 4 GiB', () => {
    // Associative: (a + zeros) + zeros = a + (zeros + zeros).
    const zeros = crc32(Buffer.alloc(1 << 20));
    let half = { crc32: zeros, size: 1 << 20 };
    for (let i = 0; i < 13; i++) half = combineAll([half, half]);
    const once = combineCrc32(crc32(Buffer.from('a')), half.crc32, half.size);
    expect(half.size).toBe(2 ** 33);
    expect(combineCrc32(once, half.crc32, half.size)).toBe(
      combineCrc32(crc32(Buffer.from('a')), combineAll([half, half]).crc32, 2 ** 34),
    );
  });

  it('leaves a sum as it is before nothing', () => {
    expect(combineCrc32(0x12345678, 0, 0)).toBe(0x12345678);
  });
});
