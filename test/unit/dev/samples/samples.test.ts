import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { crc32, inflateSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { LonghaulError } from '../../../../src/contract/errors.js';
import {
  FIRST_DOWNLOAD,
  type Sample,
  type SampleStore,
  seedSamples,
} from '../../../../src/dev/samples/samples.js';
import type { ObjectInfo, WriteOptions } from '../../../../src/storage/object-store.js';
import { temporaryFolders } from '../../../support/dev.js';

const folder = temporaryFolders();

interface Stored {
  bytes: Buffer;
  largestChunk: number;
  options: WriteOptions;
}

/** An in-memory store that records the largest chunk of each object. */
class MemoryStore implements SampleStore {
  readonly objects = new Map<string, Stored>();
  readonly written: string[] = [];

  async head(key: string): Promise<ObjectInfo> {
    const object = this.objects.get(key);
    if (!object) throw new LonghaulError('FILE_NOT_FOUND', 'There is no such object');
    const { bytes, options } = object;
    return {
      key,
      size: bytes.length,
      etag: key,
      crc32: null,
      contentType: options.contentType ?? null,
      contentDisposition: null,
      metadata: options.metadata ?? {},
      lastModified: new Date(),
    };
  }

  async write(key: string, body: Readable | Buffer, options: WriteOptions = {}) {
    const chunks: Buffer[] = body instanceof Buffer ? [body] : await Readable.prototype.toArray.call(body);
    const bytes = Buffer.concat(chunks);
    const largestChunk = Math.max(0, ...chunks.map((chunk) => chunk.length));
    this.objects.set(key, { bytes, options, largestChunk });
    this.written.push(key);
    return { size: bytes.length, etag: key };
  }
}

describe('seedSamples', () => {
  const store = new MemoryStore();
  let samples: Sample[];

  beforeAll(async () => {
    samples = await seedSamples(store);
  });

  function stored(name: string): Stored {
    const sample = samples.find((candidate) => candidate.name === name);
    const object = store.objects.get(`downloads/${sample?.fileId}`);
    if (!object) throw new Error(`There is no sample ${name}`);
    return object;
  }

  test('writes twelve samples with unusual names', () => {
    expect(samples.map(({ fileId }) => fileId)).toEqual(
      Array.from({ length: 12 }, (_, index) => 70_000 + index),
    );
    expect([...store.objects.keys()]).toEqual(samples.map(({ fileId }) => `downloads/${fileId}`));
    const names = samples.map(({ name }) => name);
    expect(names.filter((name) => name === 'report.txt')).toHaveLength(2);
    for (const kind of [/ /, /é/, /\p{Emoji_Presentation}/u, /\p{Script=Han}/u]) {
      expect(names.some((name) => kind.test(name))).toBe(true);
    }
  });

  test('stores name, content type and size', () => {
    for (const { fileId, name, size } of samples) {
      const object = store.objects.get(`downloads/${fileId}`);
      expect(object?.options.metadata).toEqual({ filename: name });
      expect(object?.options.contentType).toMatch(/^(text|image|application)\/[a-z]+(; charset=utf-8)?$/);
      expect(object?.bytes.length).toBe(size);
    }
  });

  test('writes only missing samples', async () => {
    const before = store.written.length;
    store.objects.set('downloads/70001', { ...stored('order.json'), bytes: Buffer.from('mine') });
    store.objects.delete('downloads/70009');
    const again = await seedSamples(store);
    expect(store.written.slice(before)).toEqual(['downloads/70009']);
    expect(again[1]).toEqual({ fileId: 70_001, name: 'order.json', size: 4 });
  });

  test('throws the errors of the store', async () => {
    const broken: SampleStore = {
      head: () => Promise.reject(new LonghaulError('STORAGE_UNAVAILABLE', 'The store is down')),
      write: () => Promise.reject(new Error('not to be called')),
    };
    await expect(seedSamples(broken)).rejects.toThrow('The store is down');
  });

  test('includes the samples of the first download', () => {
    expect(samples.map(({ fileId }) => fileId)).toEqual(expect.arrayContaining([...FIRST_DOWNLOAD]));
    expect(FIRST_DOWNLOAD).toHaveLength(3);
  });

  test('includes an empty file and UTF-8 texts', () => {
    expect(stored('empty.txt').bytes).toHaveLength(0);
    expect(stored('請求書 2026年6月.txt').bytes.toString()).toContain('防水ジャケット');
    expect(stored('Welcome to Longhaul.txt').bytes.toString()).toContain('Welcome');
  });

  test('streams a large, deterministic table', async () => {
    const { bytes, largestChunk } = stored('sensor readings.csv');
    expect(bytes.length).toBeGreaterThanOrEqual(20 * 1024 * 1024);
    expect(bytes.length).toBeLessThan(21 * 1024 * 1024);
    expect(largestChunk).toBeLessThan(1024 * 1024);
    const [head, first, ...rest] = bytes.toString().trimEnd().split('\n');
    expect(head).toBe('time,sensor,temperature_c,humidity_percent,wind_m_s');
    for (const line of [first, rest.at(-1)]) {
      expect(line).toMatch(/^2026-\d\d-\d\dT[\d:.]+Z,[a-z]+,-?\d+\.\d\d,\d+\.\d,\d+\.\d$/);
    }

    const other = new MemoryStore();
    await seedSamples(other);
    for (const [key, object] of other.objects) {
      if (key !== 'downloads/70001') expect([key, hash(object)]).toEqual([key, hash(store.objects.get(key))]);
    }
  });

  test('includes a PNG with readable pixels', () => {
    const { bytes } = stored('sunset.png');
    const chunks = pngChunks(bytes);
    expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'IDAT', 'IEND']);
    const [header, data] = chunks;
    const [width, height] = [header?.data.readUInt32BE(0) ?? 0, header?.data.readUInt32BE(4) ?? 0];
    const pixels = inflateSync(data?.data ?? Buffer.alloc(0));
    expect(width * height).toBeGreaterThan(0);
    expect(pixels).toHaveLength(height * (1 + 3 * width));
  });

  test('includes a baseline JPEG of 160 × 120', () => {
    const segments = jpegSegments(stored('lighthouse.jpg').bytes);
    const frame = segments.find(({ marker }) => marker === 0xc0);
    expect([frame?.data.readUInt16BE(3), frame?.data.readUInt16BE(1)]).toEqual([160, 120]);
    expect(segments.at(-1)?.marker).toBe(0xd9);
  });

  test('includes a PDF with a valid cross-reference table', () => {
    const text = stored('Résumé – été 2026.pdf').bytes.toString('latin1');
    const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
    expect(text.slice(start, start + 5)).toBe('xref\n');
    const entries = [...text.slice(start).matchAll(/^(\d{10}) 00000 n $/gm)].map((match) => Number(match[1]));
    expect(entries).toHaveLength(5);
    for (const [index, offset] of entries.entries()) {
      expect(text.slice(offset)).toMatch(new RegExp(`^${index + 1} 0 obj\n`));
    }
    const [, length, content] = /\/Length (\d+) >>\nstream\n([^]*?)\nendstream/.exec(text) ?? [];
    expect(content).toHaveLength(Number(length));
    expect(content).toContain('(Résumé, été 2026) Tj');
  });

  test('includes a valid zip', async () => {
    const { bytes } = stored('pictures.zip');
    expect(bytes.includes('pictures/read me.txt')).toBe(true);
    expect(bytes.subarray(-22).readUInt32LE()).toBe(0x06054b50);
    const path = join(await folder(), 'pictures.zip');
    await writeFile(path, bytes);
    const check = promisify(execFile)('python3', ['-m', 'zipfile', '-t', path]);
    const result = await check.catch((error: { code?: unknown }) => {
      if (error.code === 'ENOENT') return { stdout: 'Done testing' };
      throw error;
    });
    expect(result.stdout.trim()).toBe('Done testing');
  });
});

function hash(object: Stored | undefined): string {
  return createHash('sha256')
    .update(object?.bytes ?? '')
    .digest('hex');
}

function pngChunks(bytes: Buffer): { type: string; data: Buffer }[] {
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001A\n');
  const chunks = [];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.push({ type: body.toString('latin1', 0, 4), data: body.subarray(4) });
    at += length + 12;
  }
  return chunks;
}

/** Returns the segments up to the scan, and the end marker. */
function jpegSegments(bytes: Buffer): { marker: number; data: Buffer }[] {
  expect(bytes.readUInt16BE(0)).toBe(0xffd8);
  const segments = [];
  for (let at = 2, marker = 0; marker !== 0xda;) {
    expect(bytes[at]).toBe(0xff);
    marker = bytes[at + 1] ?? 0;
    const length = bytes.readUInt16BE(at + 2);
    segments.push({ marker, data: bytes.subarray(at + 4, at + 2 + length) });
    at += 2 + length;
  }
  return [...segments, { marker: bytes.subarray(-2).readUInt16BE() & 0xff, data: Buffer.alloc(0) }];
}
