import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pMap from 'p-map';
import { locate } from '../support/locate-program.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { readWithPython, run, type UnpackedEntry } from '../support/unpack.js';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** The archive and one entry exceed 4 GiB, so every ZIP64 field is used. */
const LARGE_SIZES = [4 * GIB + 5 * MIB, 100 * MIB, 1];

/** More entries than the 16-bit counter of the original format allows. */
const MANY_FILES = 66_000;

const MAX_RSS_MIB = 400;

const programs = await Promise.all([
  locateTemporalCli(),
  locate('unzip', { variable: 'UNZIP_PATH' }),
  locate('7z', { variable: 'SEVEN_ZIP_PATH' }),
  locate('bsdtar', { variable: 'BSDTAR_PATH' }),
]);

describeWith(programs, 'ZIP64 archive', (temporalCli, unzip, sevenZip, bsdtar) => {
  let stack: Stack;
  let folder: string;
  beforeAll(async () => {
    stack = await Stack.start({ temporalCli: temporalCli, env: { MAX_FILES_PER_JOB: '100000' } });
    folder = join(stack.dataDir, 'objects', 'downloads');
    await mkdir(folder, { recursive: true });
  });
  afterAll(() => stack?.stop());

  /** Builds and downloads an archive; four unpackers verify every byte. */
  async function build(body: object): Promise<UnpackedEntry[]> {
    const { jobId } = await stack.initiate(body);
    const status = await stack.waitUntilFinal(jobId, { timeoutMs: 400_000 });
    expect(status).toMatchObject({ status: 'completed', attempts: 1, error: null });
    const path = join(stack.dataDir, `${jobId}.zip`);
    const response = await stack.archive(jobId);
    await pipeline(Readable.fromWeb(response.body as never), createWriteStream(path));
    const [entries] = await Promise.all([
      readWithPython(path, 'zip'),
      run(unzip, ['-tqq', path]),
      run(sevenZip, ['t', '-bd', '-bso0', path]),
      run('sh', ['-c', '"$1" -xOf "$2" >/dev/null', 'read-all', bsdtar, path]),
    ]);
    await rm(path);
    return entries;
  }

  it('holds more than 4 GiB in flat memory', async () => {
    const fileIds = LARGE_SIZES.map((_, i) => 70_000 + i);
    for (const [i, size] of LARGE_SIZES.entries()) {
      // Sparse files take no disk space.
      await writeFile(join(folder, String(fileIds[i])), '');
      await truncate(join(folder, String(fileIds[i])), size);
    }
    const entries = await build({ fileIds, archive: { compression: 'store' } });
    expect(entries.map((entry) => entry.size)).toEqual(LARGE_SIZES);
    expect(peakRssMiB(stack.workers[0]!.pid!)).toBeLessThan(MAX_RSS_MIB);
  }, 600_000);

  it('holds more than 65,535 files', async () => {
    const fileIds = Array.from({ length: MANY_FILES }, (_, i) => 100_000 + i);
    await pMap(fileIds, (id) => writeFile(join(folder, String(id)), `file ${id}`), { concurrency: 16 });
    const entries = await build({ fileIds });
    expect(new Set(entries.map((entry) => entry.name)).size).toBe(MANY_FILES);
  }, 600_000);
});

/** Peak resident memory of the process, from the kernel. */
function peakRssMiB(pid: number): number {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(peak) / 1024;
}
