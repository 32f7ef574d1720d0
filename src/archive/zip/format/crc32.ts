import { createRequire } from 'node:module';
import { crc32 as zlibCrc32 } from 'node:zlib';

/** Bytes of known CRC-32. */
export interface Summed {
  crc32: number;
  size: number;
}

type Crc32 = (bytes: Uint8Array, previous?: number) => number;

/** Returns the CRC-32 (APPNOTE 4.4.7) of bytes that follow bytes with the CRC-32 `previous`. */
export const crc32: Crc32 = nativeCrc32() ?? zlibCrc32;

/** Loads the SIMD implementation, several times as fast as zlib's. It has no binary for some platforms. */
function nativeCrc32(): Crc32 | null {
  try {
    return (createRequire(import.meta.url)('@node-rs/crc32') as { crc32: Crc32 }).crc32;
  } catch {
    return null;
  }
}

/** The polynomial of CRC-32, bits reversed. */
const POLYNOMIAL = 0xedb88320;
/** Bit of x^0 in reversed order. */
const ONE = 0x80000000;

/**
 * Returns the CRC-32 of two byte sequences in a row from those of each. Follows `crc32_combine` of zlib 1.2.12 by Mark
 * Adler (crc32.c): multiplies the first CRC by x^(8 × length) modulo the polynomial over GF(2).
 */
export function combineCrc32(first: number, second: number, secondSize: number): number {
  return (multiply(powerOfX(secondSize), first) ^ second) >>> 0;
}

/** Returns CRC-32 and size of byte sequences in a row. */
export function combineAll(pieces: Iterable<Summed>): Summed {
  let crc = 0;
  let size = 0;
  for (const piece of pieces) {
    crc = combineCrc32(crc, piece.crc32, piece.size);
    size += piece.size;
  }
  return { crc32: crc, size };
}

/** Multiplies two polynomials modulo the CRC polynomial. */
function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= factor;
    factor = (factor & 1) === 0 ? factor >>> 1 : (factor >>> 1) ^ POLYNOMIAL;
  }
  return product;
}

/** x^(2^n) for n = 0 … 31. Squaring once more gives x again. */
const DOUBLED = doubledPowers();

function doubledPowers(): number[] {
  const powers = [ONE >>> 1];
  while (powers.length < 32) powers.push(multiply(powers.at(-1)!, powers.at(-1)!));
  return powers;
}

/** Returns x^(8 × bytes) modulo the CRC polynomial. */
function powerOfX(bytes: number): number {
  let power = ONE;
  let n = 3;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = multiply(DOUBLED[n % 32]!, power);
    n += 1;
  }
  return power;
}
