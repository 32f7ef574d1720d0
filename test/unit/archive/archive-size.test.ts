import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { archiveSizeBound } from '../../../src/archive/archive-size.js';
import { archiveStream } from '../../../src/archive/streamed/archive-stream.js';
import type { ArchiveFormat, Compression } from '../../../src/contract/job.js';
import { noise, readAll } from '../../support/bodies.js';

const FILES = [
  { name: 'a.bin', bytes: noise(300_001) },
  { name: 'empty', bytes: Buffer.alloc(0) },
  { name: `${'日本/'.repeat(60)}${'x'.repeat(200)}.bin`, bytes: noise(1) },
  { name: 'text.txt', bytes: Buffer.from('text '.repeat(10_000)) },
  ...Array.from({ length: 300 }, (_, i) => ({ name: `${i}`, bytes: noise(i) })),
];

async function* entries() {
  for (const { name, bytes } of FILES) {
    const body = Readable.from([bytes], { objectMode: false });
    yield { name, size: bytes.length, contentType: null, body };
  }
}

describe('archiveSizeBound', () => {
  it.each<[ArchiveFormat, Compression]>([
    ['zip', 'auto'],
    ['zip', 'store'],
    ['zip', 'deflate'],
    ['tar', 'auto'],
    ['tar.gz', 'auto'],
  ])('is a tight upper bound for %s with %s', async (format, compression) => {
    const signal = new AbortController().signal;
    const archive = archiveStream(entries(), { format, compression, modifiedAt: new Date(0), signal });
    const { length } = await readAll(archive);
    const sizes = FILES.map(({ name, bytes }) => ({ name, size: bytes.length }));
    const bound = archiveSizeBound(format, sizes);
    expect(bound).toBeGreaterThanOrEqual(length);
    const plain = FILES.reduce((total, { bytes }) => total + bytes.length, 0);
    expect(bound).toBeLessThan(plain * 1.01 + FILES.length * 2_600 + 20_000);
  });

  it('covers an empty archive', () => {
    expect(archiveSizeBound('zip', [])).toBeGreaterThanOrEqual(22);
  });
});
