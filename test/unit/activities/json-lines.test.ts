import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readJsonLines, writeJsonLines } from '../../../src/activities/json-lines.js';
import { errorCodeOf, LonghaulError } from '../../../src/contract/errors.js';
import { collect } from '../../support/bodies.js';
import { ActivityBench, changed } from './support.js';

const signal = new AbortController().signal;

describe('JSON lines object', () => {
  let bench: ActivityBench;
  beforeEach(async () => {
    bench = await ActivityBench.start();
  });
  afterEach(() => bench.stop());

  async function roundTrip(lines: unknown[]): Promise<unknown[]> {
    await writeJsonLines(bench.store, 'lines.jsonl', lines, signal);
    return collect(readJsonLines(bench.store, 'lines.jsonl', signal));
  }

  it('holds one document per line', async () => {
    await writeJsonLines(bench.store, 'lines.jsonl', [{ a: 1 }, 'two\nlines', null], signal);
    expect((await bench.bytesOf('lines.jsonl')).toString()).toBe('{"a":1}\n"two\\nlines"\nnull\n');
    expect((await bench.store.head('lines.jsonl')).contentType).toBe('application/jsonl');
  });

  it('survives a round trip in order', async () => {
    const lines = Array.from({ length: 5_000 }, (_, i) => ({ i, name: `ü 日本 😀 ${i} `.repeat(5) }));
    expect(await roundTrip(lines)).toEqual(lines);
  });

  it.each(['\n', '\r', '\r\n', '\u2028', '\u2029', '\u0085', '"\\', '\ud800'])(
    'survives a round trip with %j',
    async (character) => {
      const lines = [{ name: `a${character}b` }, { name: character }];
      expect(await roundTrip(lines)).toEqual(lines);
      // Node 24 splits lines at separators that Node 20 ignores.
      expect((await bench.bytesOf('lines.jsonl')).toString()).not.toMatch(/[\r\u2028\u2029]/);
    },
  );

  it('may be empty', async () => {
    expect(await roundTrip([])).toEqual([]);
  });

  it('fails when the store fails midway', async () => {
    async function* half() {
      yield Buffer.from('{"a":1}\n{"a":');
      throw new LonghaulError('STORAGE_UNAVAILABLE', 'broken');
    }
    const store = changed(bench.store, { read: async () => Readable.from(half(), { objectMode: false }) });
    expect(await collect(readJsonLines(store, 'lines.jsonl', signal)).catch(errorCodeOf)).toBe(
      'STORAGE_UNAVAILABLE',
    );
  });

  it('fails when the object is missing', async () => {
    expect(await collect(readJsonLines(bench.store, 'none', signal)).catch(errorCodeOf)).toBe(
      'FILE_NOT_FOUND',
    );
  });

  it('closes the stream when the reader stops early', async () => {
    await writeJsonLines(bench.store, 'lines.jsonl', Array(50_000).fill('line'), signal);
    for await (const line of readJsonLines(bench.store, 'lines.jsonl', signal)) {
      expect(line).toBe('line');
      break;
    }
  });

  it('closes the stream after invalid JSON', async () => {
    await bench.store.write('lines.jsonl', Buffer.from(`{}\n{broken}\n${'{}\n'.repeat(100_000)}`));
    await expect(collect(readJsonLines(bench.store, 'lines.jsonl', signal))).rejects.toThrow('JSON');
  });
});
