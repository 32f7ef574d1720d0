import { compare, contest, megabytes, type Run, seconds, withStub } from '../archives/contest.js';
import type { Measurement, Row, RowOptions } from '../support/row.js';

const MIB = 1024 * 1024;
const KIB = 1024;

interface Targets {
  wall: string;
  cpu: string;
  rss?: string;
}

/** P1: a stored ZIP of large files, from an S3 store into an S3 store. */
export const storedZip: Row = {
  id: 'P1',
  title: 'a stored ZIP of 8 × 256 MiB, S3 to S3: ours against GetObject, archiver and lib-storage',
  async run(options) {
    const work = { files: 8, fileBytes: (options.quick ? 32 : 256) * MIB };
    const plain = { wall: '≥ 2.5× less', cpu: '≥ 3× less', rss: '≤ 200 MB' };
    const tls = { wall: '≥ 3× less', cpu: '≥ 4× less' };
    return [
      ...(await storedRow('', { ...work, tls: false }, plain, options)),
      ...(await storedRow('TLS: ', { ...work, tls: true }, tls, options)),
    ];
  },
};

/** P2: the same with small files. */
export const storedSmallZip: Row = {
  id: 'P2',
  title: 'a stored ZIP of 2,000 × 64 KiB, S3 to S3: ours against GetObject, archiver and lib-storage',
  run(options) {
    const work = { files: options.quick ? 200 : 2_000, fileBytes: 64 * KIB, tls: false };
    return storedRow('', work, { wall: '≥ 5× less', cpu: '≥ 5× less' }, options);
  },
};

async function storedRow(
  prefix: string,
  { files, fileBytes, tls }: { files: number; fileBytes: number; tls: boolean },
  targets: Targets,
  options: RowOptions,
): Promise<Measurement[]> {
  const runs = await withStub({ fileBytes, content: 'noise', tls }, (stub) => {
    const form = { compression: 'store', extension: 'bin', segmentsAtOnce: 2 } as const;
    return contest(stub, { files, fileBytes, ...form }, files * fileBytes, options);
  });
  const line = (measure: string, of: (run: Run) => number, format: (n: number) => string, target: string) =>
    compare(prefix + measure, runs, of, format, target);
  return [
    line('wall', (run) => run.wallSeconds, seconds, targets.wall),
    line('CPU', (run) => run.cpuSeconds, seconds, targets.cpu),
    line('peak RSS', (run) => run.peakRssBytes, megabytes, targets.rss ?? ''),
  ];
}
