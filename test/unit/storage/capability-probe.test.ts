import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LonghaulError } from '../../../src/contract/errors.js';
import { CapabilityProbe, keptProbe, RESULT_KEY } from '../../../src/storage/capability-probe.js';
import { FileObjectStore } from '../../../src/storage/file/file-object-store.js';
import { NO_CAPABILITIES, type OpenUpload } from '../../../src/storage/multipart-store.js';
import { S3RequestFailed } from '../../../src/storage/s3/s3-errors.js';
import { storeError } from '../../../src/storage/store-errors.js';
import type { ProbedStore } from '../../../src/storage/store-probe.js';
import { collect } from '../../support/bodies.js';

/** The file store refuses nothing and tells no checksums. */
const HONEST = { segments: true, copies: true, copySums: false, joints: true, fullObjectChecked: false };

const WITHOUT_COPIES = { ...HONEST, copies: false, joints: false };

const HOUR_MS = 3_600_000;

const refusal = (status: number, code: string) => {
  const fault = { name: code, $fault: 'client', $metadata: { httpStatusCode: status } } as const;
  const request = { operation: 'any', bucket: 'b', endpoint: undefined, region: 'r' };
  return storeError('STORAGE_UNAVAILABLE', new S3RequestFailed(request, new S3ServiceException(fault)));
};

type Lie = (upload: OpenUpload) => Partial<OpenUpload>;

describe('CapabilityProbe', () => {
  let directory: string;
  let files: FileObjectStore;
  let logged: string[];
  let now: number;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'longhaul-probe-'));
    files = new FileObjectStore({ directory, linkSecret: 'a secret of more than thirty-two characters' });
    logged = [];
    now = 0;
  });
  afterEach(() => rm(directory, { recursive: true }));

  const log = {
    info: (_: object, message: string) => void logged.push(message),
    warn: (_: object, message: string) => void logged.push(message),
  };

  /** A store that lies about its uploads. */
  function lying(lie: Lie, changes: Partial<ProbedStore> = {}): ProbedStore {
    const store = Object.create(files, { knownCapabilities: { value: null } }) as ProbedStore;
    store.begin = async (key, options, signal) => {
      const upload = await files.begin(key, options, signal);
      const honest = {
        ref: upload.ref,
        sendPart: upload.sendPart.bind(upload),
        copyPart: upload.copyPart.bind(upload),
        listParts: upload.listParts.bind(upload),
        complete: upload.complete.bind(upload),
        abort: upload.abort.bind(upload),
      };
      return { ...honest, ...lie(upload) };
    };
    return Object.assign(store, changes);
  }

  /** Makes the result older, as the store tells it. */
  const age = async (ms: number) => {
    const probedAt = new Date(Date.now() - ms);
    await utimes(join(directory, RESULT_KEY), probedAt, probedAt);
  };

  const found = (store: ProbedStore) => new CapabilityProbe(store, log, () => now).capabilities();

  it('does not probe a store that is known', async () => {
    expect(await found(files)).toEqual(NO_CAPABILITIES);
    expect(logged).toEqual([]);
  });

  it.each<[string, Lie, object]>([
    ['does all of it', () => ({}), HONEST],
    [
      'refuses sparse numbers',
      () => ({ complete: () => Promise.reject(refusal(400, 'InvalidPartOrder')) }),
      NO_CAPABILITIES,
    ],
    [
      'takes the new bytes for the old ETag',
      (upload) => ({
        complete: async (parts, sum) => {
          const newest = await upload.listParts();
          const fresh = parts.map((part) => newest.find(({ number }) => number === part.number)!);
          return upload.complete(fresh, sum);
        },
      }),
      NO_CAPABILITIES,
    ],
    [
      'keeps unlisted parts',
      (upload) => ({ complete: async (_, sum) => upload.complete(await upload.listParts(), sum) }),
      NO_CAPABILITIES,
    ],
    [
      'has no copies',
      () => ({ copyPart: () => Promise.reject(refusal(501, 'NotImplemented')) }),
      WITHOUT_COPIES,
    ],
    [
      'copies any version',
      (upload) => ({
        copyPart: async (number, { key }, range) =>
          upload.copyPart(number, { key, etag: (await files.head(key)).etag }, range),
      }),
      WITHOUT_COPIES,
    ],
    [
      'copies other ranges',
      (upload) => ({
        copyPart: (number, source, { start, end }) =>
          upload.copyPart(number, source, { start: Math.max(0, start - 1), end: Math.max(1, end - 1) }),
      }),
      WITHOUT_COPIES,
    ],
    [
      'tells sums of something else',
      (upload) => ({
        copyPart: async (...copy) => ({ ...(await upload.copyPart(...copy)), crc32: crc32('else') }),
      }),
      HONEST,
    ],
  ])('judges a store that %s', async (_, lie, expected) => {
    expect(await found(lying(lie))).toEqual(expected);
    const left = await collect(files.list(''));
    expect(left.map(({ key }) => key)).toEqual([RESULT_KEY]);
    expect(await files.abortUploads('')).toBe(0);
  });

  it('probes once for all processes', async () => {
    expect(await found(lying(() => ({})))).toEqual(HONEST);
    const refusing = lying(() => ({ complete: () => Promise.reject(refusal(400, 'InvalidPart')) }));
    expect(await found(refusing)).toEqual(HONEST);
    expect(logged).toEqual(['the object store was probed', 'the object store was probed before']);
  });

  describe('with a result of no segments', () => {
    let refuses: boolean;
    let store: ProbedStore;
    beforeEach(() => {
      refuses = true;
      store = lying(() =>
        refuses ? { complete: () => Promise.reject(refusal(400, 'InvalidPartOrder')) } : {},
      );
    });

    it('probes again after an hour', async () => {
      const probe = new CapabilityProbe(store, log, () => now);
      expect(await probe.capabilities()).toEqual(NO_CAPABILITIES);
      refuses = false;
      now += HOUR_MS - 1;
      expect(await probe.capabilities()).toEqual(NO_CAPABILITIES);
      await age(HOUR_MS);
      now += 1;
      expect(await probe.capabilities()).toEqual(HONEST);
      now += 1_000 * HOUR_MS;
      expect(await probe.capabilities()).toEqual(HONEST);
      expect(await found(store)).toEqual(HONEST);
    });

    it('believes what another process found out meanwhile', async () => {
      const probe = new CapabilityProbe(store, log, () => now);
      await probe.capabilities();
      refuses = false;
      await age(HOUR_MS);
      expect(await found(store)).toEqual(HONEST);
      refuses = true;
      now += HOUR_MS;
      expect(await probe.capabilities()).toEqual(HONEST);
    });

    it('counts the hour from the probe', async () => {
      await found(store);
      refuses = false;
      await age(HOUR_MS - 60_000);
      const probe = new CapabilityProbe(store, log, () => now);
      expect(await probe.capabilities()).toEqual(NO_CAPABILITIES);
      await age(HOUR_MS);
      now += 60_000;
      expect(await probe.capabilities()).toEqual(HONEST);
    });

    it("tells the age by the store's clock", async () => {
      await found(store);
      refuses = false;
      await age(2 * HOUR_MS);
      store.clockAheadMs = () => 2 * HOUR_MS;
      expect(await found(store)).toEqual(NO_CAPABILITIES);
    });
  });

  it('probes again once the sweep forgets the result', async () => {
    const probe = new CapabilityProbe(
      lying(() => ({})),
      log,
      () => now,
    );
    await probe.capabilities();
    await files.delete([RESULT_KEY]);
    now += 90 * 24 * HOUR_MS - 1;
    await probe.capabilities();
    expect(await collect(files.list(''))).toEqual([]);
    now += 1;
    expect(await probe.capabilities()).toEqual(HONEST);
    expect(await keptProbe(files)).toMatchObject({ capabilities: HONEST });
  });

  it('probes again when the result is unreadable', async () => {
    await files.write(RESULT_KEY, Buffer.from('{"segments":1}'));
    expect(await found(lying(() => ({})))).toEqual(HONEST);
  });

  it('fails while the store cannot tell of probes', async () => {
    const away = Object.assign(
      lying(() => ({})),
      {
        head: () => Promise.reject(new LonghaulError('STORAGE_UNAVAILABLE', 'Try again.')),
      },
    );
    await expect(found(away)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(logged).toEqual([]);
  });

  it('may run in several processes at once', async () => {
    const stores = Array.from({ length: 3 }, () => lying(() => ({})));
    expect(await Promise.all(stores.map(found))).toEqual([HONEST, HONEST, HONEST]);
  });

  it('goes on for others after the abort of one', async () => {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const slow: Lie = (upload) => ({
      sendPart: async (...part) => {
        await answered;
        return upload.sendPart(...part);
      },
    });
    const probe = new CapabilityProbe(lying(slow), log, () => now);
    const cancelled = new AbortController();
    const first = probe.capabilities(cancelled.signal);
    const second = probe.capabilities(new AbortController().signal);
    cancelled.abort(new Error('The job is cancelled'));
    await expect(first).rejects.toThrow('The job is cancelled');
    answer();
    expect(await second).toEqual(HONEST);
  });

  it.each([
    [500, 'InternalError'],
    [403, 'AccessDenied'],
    [400, 'SlowDown'],
    // Without a code: of a proxy.
    [405, 'Unknown'],
    [501, 'Unknown'],
    [404, 'NotFound'],
  ])('remembers nothing after %i %s', async (status, code) => {
    let isDown = true;
    const down: Lie = () => (isDown ? { sendPart: () => Promise.reject(refusal(status, code)) } : {});
    const probe = new CapabilityProbe(lying(down), log, () => now);
    expect(await probe.capabilities()).toEqual(NO_CAPABILITIES);
    expect(await collect(files.list(''))).toEqual([]);
    isDown = false;
    expect(await probe.capabilities()).toEqual(NO_CAPABILITIES);
    now += 60_000;
    expect(await probe.capabilities()).toEqual(HONEST);
    expect(logged).toHaveLength(2);
  });
});
