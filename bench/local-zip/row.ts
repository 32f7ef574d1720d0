import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pMap from 'p-map';
import { runChild } from '../support/child.js';
import { type Contender, megabytes } from '../archives/contest.js';
import type { BuiltZip } from '../archives/task.js';
import type { Cost } from '../support/measure.js';
import type { Measurement, Row, RowOptions } from '../support/row.js';
import { median } from '../support/statistics.js';
import { keyOf, type LocalTask } from './task.js';

const FILE_BYTES = 1024;
const WRITES_AT_ONCE = 32;
const CONTENDERS = {
  ours: new URL('./ours.js', import.meta.url),
  naive: new URL('./archiver.js', import.meta.url),
};

/** P3: many small files of a local disk, on one core. */
export const localZip: Row = {
  id: 'P3',
  title: 'a stored ZIP of 50,000 × 1 KiB of a local folder, on one core: ours against archiver',
  async run(options) {
    const folder = await mkdtemp(join(tmpdir(), 'longhaul-bench-'));
    const files = options.quick ? 2_000 : 50_000;
    try {
      await makeFiles(folder, files);
      return measurements(await contestOf({ folder, files, fileBytes: FILE_BYTES }, options), files);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function makeFiles(folder: string, count: number): Promise<void> {
  const bytes = randomBytes(FILE_BYTES);
  const paths = Array.from({ length: count }, (_, i) => join(folder, keyOf(i)));
  for (const parent of new Set(paths.map((path) => dirname(path)))) await mkdir(parent, { recursive: true });
  await pMap(paths, (path) => writeFile(path, bytes), { concurrency: WRITES_AT_ONCE });
}

async function contestOf(task: Omit<LocalTask, 'jobId'>, { rounds, log }: RowOptions) {
  const costs: Record<Contender, Cost[]> = { ours: [], naive: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of ['ours', 'naive'] as const) {
      const whole: LocalTask = { ...task, jobId: `${name}-${round}` };
      const { key, ...cost } = await runChild<Cost & BuiltZip>(CONTENDERS[name], whole);
      const { size } = await stat(join(task.folder, key));
      if (size < task.files * task.fileBytes) throw new Error(`The archive of ${name} has ${size} bytes`);
      costs[name].push(cost);
      log(`${name}: ${perFile(cost, task.files)} per file, ${megabytes(cost.peakRssBytes)}`);
    }
  }
  return costs;
}

function measurements({ ours, naive }: Record<Contender, Cost[]>, files: number): Measurement[] {
  const line = (measure: string, of: (cost: Cost) => number, target: string): Measurement => {
    const [a, b] = [median(ours.map(of)), median(naive.map(of))];
    return {
      measure,
      ours: eachOf(a, files),
      peer: eachOf(b, files),
      ratio: `${(b / a).toFixed(1)}× less`,
      target,
    };
  };
  return [
    line('wall per file', (cost) => cost.wallSeconds, '≥ 20× less, ≤ 20 µs'),
    line('CPU per file', (cost) => cost.cpuSeconds, ''),
    { measure: 'peak RSS', ours: medianRss(ours), peer: medianRss(naive), ratio: '–', target: '' },
  ];
}

function medianRss(costs: readonly Cost[]): string {
  return megabytes(median(costs.map(({ peakRssBytes }) => peakRssBytes)));
}

function perFile({ wallSeconds }: Pick<Cost, 'wallSeconds'>, files: number): string {
  return eachOf(wallSeconds, files);
}

function eachOf(seconds: number, files: number): string {
  return `${((1e6 * seconds) / files).toFixed(1)} µs`;
}
