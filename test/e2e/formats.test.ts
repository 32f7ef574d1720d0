import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { ArchiveFormat } from '../../src/contract/job.js';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import { noise } from '../support/bodies.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { listWithTar, listWithUnzip, readWithPython } from '../support/unpack.js';
import { waitFor } from '../support/wait-for.js';

const MIB = 1024 * 1024;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Object names and the entry names they must become. */
const NAMES: [stored: string, entry: string][] = [
  ['a.txt', 'a.txt'],
  ['A.TXT', 'A (1).TXT'],
  ['a.txt', 'a (2).txt'],
  ['Grüße 日本 🎉.bin', 'Grüße 日本 🎉.bin'],
  [`${'ü'.repeat(80)}/${'long '.repeat(30)}.txt`, `${'ü'.repeat(80)}/${'long '.repeat(30).trim()} .txt`],
  [`${'x'.repeat(300)}.jpeg`, `${'x'.repeat(250)}.jpeg`],
  ['../../etc/passwd', 'etc/passwd'],
  ['/etc/b.txt', 'etc/b.txt'],
  ['C:\\Windows\\win.ini', 'Windows/win.ini'],
  ['nul\u0000l.txt', 'nul_l.txt'],
  ['back\\slash.txt', 'back/slash.txt'],
  ['CON.txt', '_CON.txt'],
  ['aux', '_aux'],
  ['com1 .log', '_com1 .log'],
  ['Q: what now.pdf', 'Q_ what now.pdf'],
  [`com2${' '.repeat(300)}x.txt`, '_com2.txt'],
  ['.gitignore', '.gitignore'],
  ['100%25.txt', '100%25.txt'],
  ['\u202egpj.exe', '_gpj.exe'],
  ['_manifest.json/inner.txt', '_manifest (1).json/inner.txt'],
  ['_manifest.json', '_manifest (2).json'],
];

const programs = await Promise.all([locateTemporalCli(), locateSeaweedFs()]);

describeWith(programs, 'archive', (temporalCli, weed) => {
  let s3: S3Server;
  let proxy: FaultProxy;
  let stack: Stack;
  const contents = NAMES.map((_, i) => noise(i === 3 ? 0 : 1_000 * i + 1));

  beforeAll(async () => {
    s3 = await startSeaweedFs(weed);
    proxy = await FaultProxy.start(s3.endpoint);
    stack = await Stack.start({ temporalCli, s3, env: { S3_ENDPOINT: proxy.url } });
    for (const [i, [filename]] of NAMES.entries()) {
      await stack.store.write(`downloads/${70_000 + i}`, contents[i]!, { metadata: { filename } });
    }
  });
  afterEach(() => proxy.reset());
  afterAll(async () => {
    await stack?.stop();
    await proxy?.stop();
    await s3?.stop();
  });

  describe.each(['zip', 'tar', 'tar.gz'] as ArchiveFormat[])('as %s', (format) => {
    const list = format === 'zip' ? listWithUnzip : listWithTar;
    const start = async (fileIds: number[], onFileError = 'skip') =>
      (await stack.initiate({ fileIds, onFileError, archive: { format } })).jobId;

    /** Verifies every byte of the archive with two programs and compares it with the status. */
    async function read(jobId: string, status: DownloadStatus) {
      const bytes = Buffer.from(await (await stack.archive(jobId)).arrayBuffer());
      expect(status.archive).toMatchObject({ size: bytes.length, checksum: `sha256:${sha256(bytes)}` });
      const entries = await readWithPython(bytes, format);
      expect(await list(bytes)).toHaveLength(entries.length);
      return entries;
    }

    it('holds every byte under safe, unique names', async () => {
      const jobId = await start(
        NAMES.map((_, i) => 70_000 + i),
        'fail',
      );
      const status = await stack.waitUntilFinal(jobId);
      expect(status).toMatchObject({ status: 'completed', archive: { files: NAMES.length, skipped: 0 } });
      const entries = await read(jobId, status);
      expect(entries.map(({ name }) => name)).toEqual(NAMES.map(([, entry]) => entry));
      expect(entries.map((entry) => entry.sha256)).toEqual(contents.map(sha256));
      const { files } = await stack.files(jobId);
      expect(files.map(({ name }) => name)).toEqual(NAMES.map(([, entry]) => entry));
    });

    it('lists its missing files', async () => {
      const jobId = await start([70_000, 70_098, 70_001, 70_099]);
      const status = await stack.waitUntilFinal(jobId);
      expect(status).toMatchObject({ status: 'completed', archive: { files: 2, skipped: 2 } });
      const entries = await read(jobId, status);
      expect(entries.map(({ name }) => name)).toEqual(['a.txt', 'A (1).TXT', '_manifest.json']);
    });

    describe.each([
      ['changes', 'FILE_CHANGED', () => stack.store.write('downloads/70050', noise(2 * MIB))],
      ['vanishes', 'FILE_NOT_FOUND', () => stack.store.delete(['downloads/70050'])],
    ])('with a file that %s while read', (_, code, spoil) => {
      /** Starts a job and spoils a file after the job has read half of it. */
      async function startSpoilt(onFileError: string): Promise<string> {
        await stack.store.write('downloads/70050', noise(2 * MIB), { metadata: { filename: 'b.bin' } });
        let reads = 0;
        let release!: () => void;
        const until = new Promise<void>((resolve) => {
          release = resolve;
        });
        proxy.fault = ({ method, key }) => {
          if (method !== 'GET' || key !== 'downloads/70050') return undefined;
          reads++;
          if (reads === 1) return { bytes: MIB, ending: 'cut' };
          return reads === 2 ? { until } : undefined;
        };
        const jobId = await start([70_000, 70_050, 70_001], onFileError);
        await waitFor('the second half to be asked for', () => reads === 2);
        await spoil();
        release();
        return jobId;
      }

      it('fails when no file may be skipped', async () => {
        const jobId = await startSpoilt('fail');
        const status = await stack.waitUntilFinal(jobId);
        expect(status).toMatchObject({ status: 'failed', archive: null, error: { code } });
        expect(status.error?.message).toContain('File 70050 (“b.bin”)');
        await waitFor('the store to be empty', async () => (await stack.artifacts(jobId)).length === 0);
      });

      it('is rebuilt without it when files may be skipped', async () => {
        const jobId = await startSpoilt('skip');
        const status = await stack.waitUntilFinal(jobId);
        expect(status).toMatchObject({ status: 'completed', archive: { files: 2, skipped: 1 } });
        const entries = await read(jobId, status);
        expect(entries.map(({ name }) => name)).toEqual(['a.txt', 'A (1).TXT', '_manifest.json']);
        expect((await stack.files(jobId)).files).toMatchObject([
          { state: 'included' },
          { fileId: 70_050, state: 'skipped', error: { code } },
          { state: 'included' },
        ]);
        expect(await stack.artifacts(jobId)).toHaveLength(2);
      });
    });
  });
});
