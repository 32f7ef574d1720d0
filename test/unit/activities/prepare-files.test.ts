import { CancelledFailure } from '@temporalio/activity';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readJsonLines } from '../../../src/activities/json-lines.js';
import type { PrepareFilesInput } from '../../../src/contract/activities.js';
import { LonghaulError } from '../../../src/contract/errors.js';
import { FileError } from '../../../src/contract/file-error.js';
import type { PreparedFile, PreparedLine, RequestedFile } from '../../../src/contract/files.js';
import type { Catalogue, CatalogueEntry } from '../../../src/source/catalogue/catalogue.js';
import type { ObjectStore } from '../../../src/storage/object-store.js';
import { jobPrefix } from '../../../src/storage/keys.js';
import { collect } from '../../support/bodies.js';
import { ActivityBench, Attempt, changed, failureOf, MAX_ATTEMPTS, readOnly, run } from './support.js';

function asking(files: RequestedFile[], changes: Partial<PrepareFilesInput> = {}): PrepareFilesInput {
  const job = { jobId: 'job-1', userId: 'user-1', onFileError: 'fail' } as const;
  return { ...job, files, firstIndex: 0, inline: true, ...changes };
}

/** Gives some files another name, and forbids or misses others. */
class AccessList implements Catalogue {
  asked: unknown;

  constructor(private readonly entries: Record<string, string>) {}

  async resolve(userId: string, fileIds: readonly (number | string)[]): Promise<CatalogueEntry[]> {
    this.asked = { userId, fileIds };
    return fileIds.map((fileId) => {
      const name = this.entries[fileId] ?? null;
      if (name === 'forbidden' || name === 'missing') return { fileId, outcome: name };
      if (name === 'invalid') return { fileId, outcome: name, reason: 'sent an invalid entry: url is bad' };
      return { fileId, outcome: 'found', location: { kind: 'object', keys: [`downloads/${fileId}`] }, name };
    });
  }
}

const DENIED = 'File 70002 may not be read. The catalogue denies access.';

describe('prepareFiles', () => {
  let bench: ActivityBench;
  beforeEach(async () => {
    bench = await ActivityBench.start();
  });
  afterEach(() => bench.stop());

  const prepare = (input: PrepareFilesInput, changes: Parameters<ActivityBench['activities']>[0] = {}) =>
    run(bench.activities(changes).prepareFiles, input);

  async function namesOf(input: PrepareFilesInput, catalogue?: Catalogue): Promise<string[]> {
    const { files } = await prepare(input, catalogue ? { catalogue } : {});
    return (files as PreparedFile[]).map(({ name }) => name);
  }

  it('marks requested names', async () => {
    await bench.store.write('downloads/70000', Buffer.from('1'));
    await bench.store.write('downloads/70001', Buffer.from('2'));
    const { files } = await prepare(asking([{ fileId: 70_000, name: 'a.txt' }, 70_001]));
    expect((files as PreparedFile[]).map(({ nameIsRequested }) => nameIsRequested)).toEqual([
      true,
      undefined,
    ]);
  });

  it('prefers the modification time of the catalogue', async () => {
    await bench.store.write('downloads/70000', Buffer.from('1'));
    const modifiedAt = '2020-05-04T03:02:01+02:00';
    const location = { kind: 'object' as const, keys: ['downloads/70000'] };
    const catalogue: Catalogue = {
      resolve: async () => [{ fileId: 70_000, outcome: 'found', location, name: null, modifiedAt }],
    };
    expect((await prepare(asking([70_000]), { catalogue })).files).toMatchObject([{ modifiedAt }]);
  });

  it('finds each file and pins its version', async () => {
    await bench.store.write('downloads/70000', Buffer.from('bare'), { contentType: 'text/plain' });
    await bench.store.write('downloads/a.zip', Buffer.from('zipped'));
    const etags = await Promise.all(
      ['downloads/70000', 'downloads/a.zip'].map(async (key) => (await bench.store.head(key)).etag),
    );
    expect(await prepare(asking([70_000, 'a'], { firstIndex: 40 }))).toEqual({
      files: [
        {
          index: 40,
          fileId: 70_000,
          name: '70000',
          size: 4,
          contentType: 'text/plain',
          source: { kind: 'object', key: 'downloads/70000', etag: etags[0] },
          crc32: null,
          modifiedAt: expect.stringMatching(/^20/),
        },
        {
          index: 41,
          fileId: 'a',
          name: 'a.zip',
          size: 6,
          contentType: null,
          source: { kind: 'object', key: 'downloads/a.zip', etag: etags[1] },
          crc32: null,
          modifiedAt: expect.stringMatching(/^20/),
        },
      ],
      count: 2,
      bytes: 10,
      missingCount: 0,
      missing: [],
      attempt: 1,
    });
  });

  it('returns the successful attempt', async () => {
    expect(await new Attempt(3).run(bench.activities().prepareFiles, asking([70_000]))).toMatchObject({
      attempt: 3,
    });
  });

  it('returns missing files with a reason', async () => {
    await bench.put(1, Buffer.from('there'));
    const catalogue = new AccessList({ 70_002: 'forbidden', 70_003: 'missing' });
    const chunk = await prepare(asking([70_000, 70_001, 70_002, 70_003]), { catalogue });
    expect(chunk).toMatchObject({ count: 4, missingCount: 3, bytes: 5 });
    expect(chunk.files).toHaveLength(1);
    expect(chunk.missing).toEqual([
      { index: 0, fileId: 70_000, code: 'FILE_NOT_FOUND', message: 'File 70000 does not exist.' },
      { index: 2, fileId: 70_002, code: 'FILE_FORBIDDEN', message: DENIED },
      { index: 3, fileId: 70_003, code: 'FILE_NOT_FOUND', message: 'File 70003 does not exist.' },
    ]);
    expect(catalogue.asked).toEqual({ userId: 'user-1', fileIds: [70_000, 70_001, 70_002, 70_003] });
  });

  it('reports a file the store refuses as forbidden', async () => {
    const store = changed(bench.store, {
      head: () => Promise.reject(new FileError('FILE_FORBIDDEN', 'is denied.', { cause: new Error('why') })),
    });
    const { missing } = await prepare(asking([70_000]), { store });
    expect(missing).toMatchObject([{ code: 'FILE_FORBIDDEN', message: 'File 70000 is denied.' }]);
    // An operator finds the reason in the log.
    expect(bench.logged.join('')).toMatch(/"fileId":70000.*"code":"FILE_FORBIDDEN".*why/);
  });

  it('reports a malformed entry of the catalogue alone', async () => {
    await bench.put(1, Buffer.from('there'));
    const catalogue = new AccessList({ 70_000: 'invalid' });
    expect(await prepare(asking([70_000, 70_001]), { catalogue })).toMatchObject({
      files: [{ fileId: 70_001 }],
      missing: [
        {
          fileId: 70_000,
          code: 'FILE_UNREADABLE',
          message:
            'File 70000 cannot be read: the catalogue sent an invalid entry: url is bad. Ask an operator to correct it.',
        },
      ],
    });
  });

  describe('with a file that its store fails to deliver', () => {
    const failing = new FileError('STORAGE_UNAVAILABLE', 'could not be read.', { suspectsFile: true });
    const last = new Attempt(MAX_ATTEMPTS);
    const storeFailing = (reason: Error) =>
      changed(bench.store, {
        head: (key, signal) =>
          key.includes('70000') ? Promise.reject(reason) : bench.store.head(key, signal),
      });
    const skipping = () => asking([70_000, 70_001], { onFileError: 'skip' });

    beforeEach(() => bench.put(1, Buffer.from('there')));

    it('skips the file on the last attempt', async () => {
      const { prepareFiles } = bench.activities({ store: storeFailing(failing) });
      const message = 'File 70000 could not be read.';
      expect(await failureOf(run(prepareFiles, skipping()))).toMatchObject({
        type: 'STORAGE_UNAVAILABLE',
        message,
        nonRetryable: false,
      });
      const missing = { index: 0, fileId: 70_000, code: 'STORAGE_UNAVAILABLE', message };
      expect(await last.run(prepareFiles, skipping())).toMatchObject({
        missing: [missing],
        failing: { count: 1, first: missing },
      });
    });

    it('fails on the last attempt without skip', async () => {
      const { prepareFiles } = bench.activities({ store: storeFailing(failing) });
      expect(await failureOf(last.run(prepareFiles, asking([70_000, 70_001])))).toMatchObject({
        type: 'STORAGE_UNAVAILABLE',
        message: 'File 70000 could not be read.',
      });
    });

    it.each(['STORAGE_UNAVAILABLE', 'SOURCE_UNAVAILABLE'] as const)('never skips %s', async (code) => {
      const { prepareFiles } = bench.activities({ store: storeFailing(new LonghaulError(code, 'Down.')) });
      expect(await failureOf(last.run(prepareFiles, skipping()))).toMatchObject({ type: code });
    });
  });

  it('prefers names of request, catalogue, object, key', async () => {
    const metadata = { filename: 'of the object.txt' };
    for (const id of [70_000, 70_001, 70_002]) {
      await bench.store.write(`downloads/${id}`, Buffer.from('x'), { metadata });
    }
    await bench.store.write('downloads/70003', Buffer.from('x'));
    const catalogue = new AccessList({ 70_000: 'of the catalogue.txt', 70_001: 'of the catalogue.txt' });
    const files = [{ fileId: 70_000, name: 'of the request.txt' }, 70_001, 70_002, 70_003];
    expect(await namesOf(asking(files), catalogue)).toEqual([
      'of the request.txt',
      'of the catalogue.txt',
      'of the object.txt',
      '70003',
    ]);
  });

  it('sanitizes names from every origin', async () => {
    await bench.store.write('downloads/70000', Buffer.from('x'), {
      metadata: { filename: '../../etc/passwd' },
    });
    await bench.store.write('downloads/70001', Buffer.from('x'));
    await bench.store.write('downloads/70002', Buffer.from('x'));
    const catalogue = new AccessList({ 70_001: String.raw`C:\Windows\con.txt` });
    const files = [70_000, 70_001, { fileId: 70_002, name: '2026/../a\u0000b.txt' }];
    expect(await namesOf(asking(files), catalogue)).toEqual([
      'etc/passwd',
      'Windows/_con.txt',
      '2026/a_b.txt',
    ]);
  });

  describe('with a manifest', () => {
    it('writes the files to the store', async () => {
      await bench.put(1, Buffer.from('there'));
      const chunk = await prepare(asking([70_001, 70_002], { inline: false, firstIndex: 100 }));
      const [manifestKey] = (await bench.keysOf(jobPrefix('job-1'))) as [string];
      expect(chunk).toEqual({
        files: { manifestKey },
        count: 2,
        bytes: 5,
        missingCount: 1,
        missing: [expect.objectContaining({ index: 101, fileId: 70_002 })],
        attempt: 1,
      });
      const signal = new AbortController().signal;
      const lines = await collect(readJsonLines<PreparedLine>(bench.store, manifestKey, signal));
      expect(lines).toMatchObject([
        { found: { index: 100, fileId: 70_001, name: '70001', size: 5 } },
        { missing: { index: 101, fileId: 70_002, code: 'FILE_NOT_FOUND' } },
      ]);
    });

    it('returns only the first missing files', async () => {
      const ids = Array.from({ length: 300 }, (_, i) => 70_000 + i);
      const { missing, missingCount, count } = await prepare(asking(ids, { inline: false }));
      expect({ missingCount, count }).toEqual({ missingCount: 300, count: 300 });
      expect(missing.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    });

    it('is repeatable and overwrites no other attempt', async () => {
      await bench.put(1, Buffer.from('there'));
      const input = asking([70_001], { inline: false });
      const [one, two] = [await prepare(input), await prepare(input)];
      expect(two).toEqual({ ...one, files: two.files });
      expect(two.files).not.toEqual(one.files);
      expect(await bench.keysOf('archives/')).toHaveLength(2);
    });

    it('fails as retryable when writing fails', async () => {
      const failure = await failureOf(
        prepare(asking([70_001], { inline: false }), { store: readOnly(bench.store) }),
      );
      expect(failure).toMatchObject({ type: 'STORAGE_UNAVAILABLE', nonRetryable: false });
    });
  });

  it('fails as retryable when the store is unavailable', async () => {
    const cause = Object.assign(new Error('connect https://internal.example'), { code: 'ECONNREFUSED' });
    const store = changed(bench.store, {
      head: () => Promise.reject(new LonghaulError('STORAGE_UNAVAILABLE', 'Try again.', { cause })),
    });
    expect(await failureOf(prepare(asking([70_000, 70_001]), { store }))).toEqual({
      type: 'STORAGE_UNAVAILABLE',
      message: 'Try again.',
      nonRetryable: false,
      details: [{ cause: 'Error ECONNREFUSED', attempt: 1 }],
    });
  });

  it('runs many lookups at once', async () => {
    let now = 0;
    let most = 0;
    const head: ObjectStore['head'] = async (key, signal) => {
      most = Math.max(most, ++now);
      try {
        return await bench.store.head(key, signal);
      } finally {
        now--;
      }
    };
    const ids = Array.from({ length: 200 }, (_, i) => 70_000 + i);
    await prepare(asking(ids), { store: changed(bench.store, { head }) });
    expect(most).toBe(128);
  });

  it('stops after a cancellation', async () => {
    const attempt = new Attempt();
    const head = () => {
      attempt.stop();
      return new Promise<never>(() => {});
    };
    const { prepareFiles } = bench.activities({ store: changed(bench.store, { head }) });
    await expect(attempt.run(prepareFiles, asking([70_000]))).rejects.toBeInstanceOf(CancelledFailure);
  });
});
