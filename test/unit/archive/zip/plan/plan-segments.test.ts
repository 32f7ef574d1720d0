import { describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../../../../src/archive/zip/limits.js';
import { parsePlanLines } from '../../../../../src/archive/zip/plan/plan.js';
import type { PreparedFile } from '../../../../../src/contract/files.js';
import { planSegments, type PlanOptions } from '../../../../../src/archive/zip/plan/plan-segments.js';

const KIB = 1_024;
const MIB = KIB * KIB;
const GIB = KIB * MIB;

function file(size: number, over: Partial<PreparedFile> = {}): PreparedFile {
  const source = { kind: 'object', key: 'k', etag: 'e' } as const;
  return { index: 0, fileId: 1, name: 'a.bin', size, contentType: null, source, crc32: null, ...over };
}

function files(count: number, size: number, over: Partial<PreparedFile> = {}): PreparedFile[] {
  return Array.from({ length: count }, (_, index) => file(size, { index, name: `${index}.bin`, ...over }));
}

function plan(given: readonly PreparedFile[], options: Partial<PlanOptions> = {}) {
  return planSegments(given, { compression: 'store', time: 1, copies: true, ...options });
}

describe('planSegments', () => {
  it('closes a segment at its bytes', () => {
    expect(plan(files(8, 128 * MIB)).segments.map(({ entries }) => entries)).toEqual([2, 2, 2, 2]);
  });

  it('closes on the count only with a whole part', () => {
    const counts = plan(files(20_000, KIB)).segments.map(({ entries }) => entries);
    expect(counts.every((entries) => entries >= 4_096 && entries * (KIB + 50) >= LIMITS.minPart)).toBe(true);
    expect(plan(files(20_000, 2 * KIB)).segments[0]!.entries).toBe(4_096);
  });

  it('joins a last run that is too small', () => {
    const { segments } = plan([...files(2, 128 * MIB), file(1)]);
    expect(segments.map(({ entries }) => entries)).toEqual([3]);
  });

  it('slices a large file, and nothing with it', () => {
    const { segments } = plan([file(1), file(GIB + 5), file(2)]);
    expect(segments.map(({ slice, entries }) => (slice ? 'slice' : entries))).toEqual([
      1,
      ...Array(5).fill('slice'),
      1,
    ]);
    const slices = segments.flatMap(({ slice }) => (slice ? [slice] : []));
    expect(slices.map(({ start }) => start % MIB)).toEqual([0, 0, 0, 0, 0]);
    expect(slices.at(-1)!.end).toBe(GIB + 5);
    expect(slices.every(({ start }, i) => i === 0 || start === slices[i - 1]!.end)).toBe(true);
  });

  it('does not slice what has no ranges, or is copied', () => {
    const source = { kind: 'https', url: 'u', etag: 'e', lastModified: null, ranges: false } as const;
    expect(plan([file(GIB, { source })]).segments.length).toBe(1);
    expect(plan([file(GIB, { source: { ...source, ranges: true } })]).segments.length).toBe(4);
    expect(plan([file(GIB, { source: { ...source, etag: null, ranges: true } })]).segments.length).toBe(1);
    expect(plan([file(GIB, { crc32: 1 })]).segments.length).toBe(1);
    expect(plan([file(GIB, { crc32: 1 })], { copies: false }).segments.length).toBe(4);
  });

  it('does not copy what may be deflated', () => {
    const { lines } = plan(files(3, 20 * MIB, { crc32: 1 }), { compression: 'deflate' });
    expect(parsePlanLines(Buffer.concat(lines)).some(({ copied }) => copied)).toBe(false);
  });

  it('has at most 200 segments', () => {
    const { segments, partSize, tail } = plan([...files(100, 4 * GIB), ...files(100_000, KIB)]);
    expect(segments.length).toBeLessThanOrEqual(200);
    expect(tail).toBeLessThan(10_000);
    expect(partSize % MIB).toBe(0);
  });

  it('gives each segment numbers for two attempts', () => {
    const { segments, tail } = plan(files(16, 256 * MIB));
    segments.forEach(({ numbers }, i) => {
      expect(numbers.halves).toBe(2);
      expect(numbers.count).toBeGreaterThan(256 / 8);
      const next = segments[i + 1]?.numbers.first ?? tail;
      expect(numbers.first + 2 * numbers.count).toBe(next);
    });
  });

  it('has numbers for bytes that deflate expands', () => {
    const source = { kind: 'https', url: 'u', etag: null, lastModified: null, ranges: false } as const;
    const countOf = (compression: 'store' | 'deflate') =>
      plan([file(8 * GIB, { source })], { compression }).segments[0]!.numbers.count;
    expect(countOf('deflate')).toBeGreaterThan(countOf('store'));
  });

  it('does without second halves before parts grow large', () => {
    const { segments, partSize } = plan(files(400, 256 * MIB));
    expect(segments[0]!.numbers.halves).toBe(1);
    expect(partSize).toBeLessThanOrEqual(16 * MIB);
  });

  it('copies fewer files when numbers would run out', () => {
    const lines = plan(files(4_000, 20 * MIB, { crc32: 1 })).lines;
    expect(parsePlanLines(Buffer.concat(lines)).some(({ copied }) => copied)).toBe(false);
  });

  it('keeps a descriptor small, and lines per entry', () => {
    const { segments, lines } = plan(files(100_000, KIB));
    expect(Math.max(...segments.map((segment) => JSON.stringify(segment).length))).toBeLessThan(200);
    const bytes = Buffer.concat(lines);
    expect(bytes.length / 100_000).toBeLessThan(250);
    const { start, end } = segments[3]!.lines;
    expect(parsePlanLines(bytes.subarray(start, end)).length).toBe(segments[3]!.entries);
  });

  it('settles methods, times and unique names', () => {
    const given = [
      file(5, { name: 'a.jpg' }),
      file(0),
      file(5, { name: 'A.jpg', modifiedAt: '2024-05-17T12:34:56Z' }),
      file(5, { name: 'b', contentType: 'video/mp4' }),
      file(5, { name: 'c' }),
    ];
    const entries = parsePlanLines(Buffer.concat(plan(given, { compression: 'auto' }).lines));
    expect(entries.map(({ method }) => method)).toEqual(['store', 'store', 'store', 'store', 'sample']);
    expect(entries.map(({ time }) => time)).toEqual([1, 1, 1_715_949_296, 1, 1]);
    expect(entries[2]!.name).toBe('A (1).jpg');
  });
});
