import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import {
  decodeFilesCursor,
  encodeFilesCursor,
  type FilesCursor,
  FIRST_FILE,
} from '../../../src/jobs/cursors.js';
import { type OutcomeStore, outcomesPage } from '../../../src/jobs/outcomes-page.js';
import { type ErrorCode, errorCodeOf, LonghaulError } from '../../../src/contract/errors.js';
import type { FileOutcome } from '../../../src/contract/files.js';

const outcome = (i: number): FileOutcome => ({
  fileId: 70_000 + i,
  name: `Grüße ${i}.txt`,
  size: i,
  state: 'included',
  error: null,
});

const RECORD = Buffer.from([0, 1, 2, 3, 4].map((i) => `${JSON.stringify(outcome(i))}\n`).join(''));

const recordOf = (bytes: Buffer): OutcomeStore => ({
  read: async (_key, { start }) => {
    if (start >= bytes.length) throw new LonghaulError('RANGE_NOT_SATISFIABLE', 'behind its end');
    return Readable.from([bytes.subarray(start)], { objectMode: false });
  },
});

const recorded = recordOf(RECORD);

const failing = (code: ErrorCode): OutcomeStore => ({
  read: () => Promise.reject(new LonghaulError(code, 'no')),
});

const pageOf = (cursor: FilesCursor, limit: number) =>
  outcomesPage(recorded, 'key', { cursor, limit, states: null });

/** The code a page is refused with. */
function refusal(
  store: OutcomeStore,
  cursor = FIRST_FILE,
  deadlineMs?: number,
): Promise<ErrorCode | undefined> {
  return outcomesPage(store, 'key', { cursor, limit: 2, states: null }, { deadlineMs }).then(
    () => undefined,
    (error: unknown) => errorCodeOf(error),
  );
}

describe('outcomesPage', () => {
  it('reads page by page', async () => {
    const ids: unknown[] = [];
    let next: string | null | undefined;
    do {
      const page = await pageOf(decodeFilesCursor(next ?? undefined), 2);
      ids.push(...page.files.map((file) => file.fileId));
      next = page.nextCursor;
    } while (next !== null);
    expect(ids).toEqual([70_000, 70_001, 70_002, 70_003, 70_004]);
  });

  it('continues the list of the running job', async () => {
    const page = await pageOf({ line: 3 }, 1);
    expect(page.files).toEqual([outcome(3)]);
    const last = await pageOf(decodeFilesCursor(page.nextCursor!), 10);
    expect(last).toEqual({ files: [outcome(4)], nextCursor: null });
  });

  describe('of few states', () => {
    const SKIPPED = [3_000, 9_999];
    const lines = Array.from({ length: 10_000 }, (_, i) =>
      JSON.stringify({ ...outcome(i), state: SKIPPED.includes(i) ? 'skipped' : 'included' }),
    );
    const large = recordOf(Buffer.from(`${lines.join('\n')}\n`));
    const skipped = async (cursor: FilesCursor, limit: number, maxBytes?: number) => {
      const query = { cursor, limit, states: ['skipped', 'failed'] as const };
      const page = await outcomesPage(large, 'key', query, { maxBytes });
      return { ids: page.files.map(({ fileId }) => Number(fileId) - 70_000), next: page.nextCursor };
    };

    it('holds the two skipped of 10,000', async () => {
      expect(await skipped(FIRST_FILE, 100)).toEqual({ ids: SKIPPED, next: null });
      expect(await skipped(FIRST_FILE, 2)).toEqual({ ids: SKIPPED, next: null });
      expect(await skipped({ line: 3_001 }, 2)).toEqual({ ids: [9_999], next: null });
    });

    it('continues at the next file in a state', async () => {
      const { ids, next } = await skipped(FIRST_FILE, 1);
      expect(ids).toEqual([3_000]);
      expect(await skipped(decodeFilesCursor(next!), 1)).toEqual({ ids: [9_999], next: null });
    });

    it('reads a bounded part of the record per page', async () => {
      const ids: number[] = [];
      let [pages, next]: [number, string | null | undefined] = [0, undefined];
      do {
        const page = await skipped(decodeFilesCursor(next ?? undefined), 100, 100_000);
        ids.push(...page.ids);
        [pages, next] = [pages + 1, page.next];
      } while (next !== null);
      expect(ids).toEqual(SKIPPED);
      expect(pages).toBeGreaterThan(5);
    });

    it('ends where the bound is the end', async () => {
      expect(await skipped(FIRST_FILE, 100, Buffer.byteLength(lines.join('\n')))).toMatchObject({
        next: null,
      });
    });
  });

  it.each([
    ['within a line', 7],
    ['behind the end', RECORD.length],
  ])('rejects a cursor %s', async (_, byte) => {
    expect(await refusal(recorded, { byte })).toBe('INVALID_REQUEST');
  });

  it.each(['STORAGE_UNAVAILABLE', 'FILE_FORBIDDEN'] as const)('passes on %s of the store', async (code) => {
    expect(await refusal(failing(code), { byte: 7 })).toBe(code);
  });

  it('expires with the archive', async () => {
    expect(await refusal(failing('FILE_NOT_FOUND'))).toBe('ARCHIVE_DELETED');
  });

  it('times out when the store does not answer', async () => {
    const silent: OutcomeStore = {
      read: (_key, { signal }) =>
        new Promise((_, reject) => {
          signal!.addEventListener('abort', () => reject(signal!.reason as Error));
        }),
    };
    expect(await refusal(silent, FIRST_FILE, 20)).toBe('STORAGE_UNAVAILABLE');
  });

  it('times out when the store stops midway', async () => {
    const stuck: OutcomeStore = {
      read: async (_key, { signal }) => {
        const stream = new Readable({ read() {} });
        stream.push(RECORD.subarray(0, 50));
        signal!.addEventListener('abort', () => stream.destroy(signal!.reason as Error));
        return stream;
      },
    };
    expect(await refusal(stuck, FIRST_FILE, 20)).toBe('STORAGE_UNAVAILABLE');
  });
});

describe('files cursor', () => {
  it.each([{ byte: 0 }, { byte: 123_456_789 }, { line: 100 }])('decodes what it encoded: %j', (cursor) => {
    expect(decodeFilesCursor(encodeFilesCursor(cursor))).toEqual(cursor);
  });

  it.each(['7', 'x', '', Buffer.from('o-1').toString('base64url'), Buffer.from('n1x').toString('base64url')])(
    'is no other text: %j',
    (text) => {
      expect(() => decodeFilesCursor(text)).toThrow(LonghaulError);
    },
  );
});
