import { randomUUID } from 'node:crypto';
import { runChild, startChild } from '../support/child.js';
import type { Cost } from '../support/measure.js';
import type { Measurement, Row, RowOptions } from '../support/row.js';
import { median } from '../support/statistics.js';
import { BUCKET, type ZipTask } from './task.js';

const MIB = 1024 * 1024;
const FILES = 8;

const STUB = new URL('./s3-stub.js', import.meta.url);
const CONTENDERS = {
  ours: new URL('./ours.js', import.meta.url),
  naive: new URL('./naive.js', import.meta.url),
};

/** P1: a stored ZIP of large files, from an S3 store into an S3 store. */
export const storedZip: Row = {
  id: 'P1',
  title: 'a stored ZIP of 8 large files, S3 to S3: ours against GetObject, archiver and lib-storage',
  async run(options) {
    const fileBytes = (options.quick ? 32 : 256) * MIB;
    const stub = await startChild<string>(STUB, { fileBytes });
    try {
      const { ours, naive } = await rounds(stub.message, fileBytes, options);
      return measurements(ours, naive, FILES * fileBytes);
    } finally {
      await stub.stop();
    }
  },
};

async function rounds(endpoint: string, fileBytes: number, { rounds: count, log }: RowOptions) {
  const costs: Record<keyof typeof CONTENDERS, Cost[]> = { ours: [], naive: [] };
  for (let round = 0; round < count; round++) {
    for (const name of ['ours', 'naive'] as const) {
      const task = { endpoint, files: FILES, fileBytes, jobId: randomUUID() };
      const { key, ...cost } = await runChild<Cost & { key: string }>(CONTENDERS[name], task);
      await assertStored(task, key);
      costs[name].push(cost);
      log(`${name}: ${seconds(cost.wallSeconds)} wall, ${seconds(cost.cpuSeconds)} CPU`);
    }
  }
  return costs;
}

/** Fails if the stored archive is too small, because an incomplete archive would look fast. */
async function assertStored({ endpoint, files, fileBytes }: ZipTask, key: string): Promise<void> {
  const response = await fetch(`${endpoint}/${BUCKET}/${key}`, { method: 'HEAD' });
  const stored = response.ok ? Number(response.headers.get('content-length')) : 0;
  if (stored <= files * fileBytes) throw new Error(`The archive has ${stored} bytes, fewer than its files`);
}

function measurements(ours: readonly Cost[], naive: readonly Cost[], bytes: number): Measurement[] {
  const compare = (
    measure: string,
    cost: (c: Cost) => number,
    format: (n: number) => string,
    target: string,
  ) => {
    const [a, b] = [median(ours.map(cost)), median(naive.map(cost))];
    return { measure, ours: format(a), peer: format(b), ratio: `${(b / a).toFixed(2)}× less`, target };
  };
  const perGb = (cost: Cost) => cost.cpuSeconds / (bytes / 1e9);
  return [
    compare('wall', (cost) => cost.wallSeconds, seconds, '≥ 5× less'),
    compare('CPU', (cost) => cost.cpuSeconds, seconds, '≥ 8× less'),
    compare('CPU per GB', perGb, seconds, '≤ 0.65 s'),
    compare(
      'peak RSS',
      (cost) => cost.peakRssBytes,
      (n) => `${Math.round(n / 1e6)} MB`,
      '≤ 200 MB',
    ),
  ];
}

function seconds(n: number): string {
  return `${n.toFixed(2)} s`;
}
