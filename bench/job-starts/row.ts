import { resolve } from 'node:path';
import { findTemporalCli } from '../../src/dev/temporal/temporal-binary.js';
import { Stack } from '../../test/support/stack.js';
import { runChild } from '../support/child.js';
import { cpuSecondsOf } from '../support/cpu-time.js';
import { type RedisServer, startRedis } from '../support/redis.js';
import type { Measurement, Row, RowOptions } from '../support/row.js';
import { median } from '../support/statistics.js';
import { startAll, type Starts } from './starting.js';

const BARE_STARTER = new URL('./bare-starter.js', import.meta.url);
const BULL_STARTER = new URL('./bull-starter.js', import.meta.url);

const CONNECTIONS = 10;
const JOBS = { quick: 50, full: 300 };
const BODY = { fileIds: [70_000, 70_001, 70_002] };

type Contender = 'ours' | 'bare' | 'bull';

/** P8: overhead of the API when it starts a workflow. No worker runs, otherwise its work would be measured too. */
export const jobStarts: Row = {
  id: 'P8',
  title: 'POST initiate, 10 connections: ours against the bare Temporal client, on the same server',
  async run(options) {
    const { path: temporalCli } = await findTemporalCli({ toolsDir: resolve('.tools'), log: options.log });
    const redis = await startRedis();
    const stack = await Stack.start({ temporalCli, workers: 0 });
    try {
      return measurements(await rounds(stack, redis, options));
    } finally {
      await Promise.all([stack.stop(), redis?.stop()]);
    }
  },
};

async function rounds(
  stack: Stack,
  redis: RedisServer | undefined,
  { quick, rounds: count, log }: RowOptions,
): Promise<Record<Contender, Starts[]>> {
  const jobs = quick ? JOBS.quick : JOBS.full;
  const input = { count: jobs, connections: CONNECTIONS, body: BODY };
  const contenders: [Contender, () => Promise<Starts>][] = [
    ['ours', () => throughApi(stack, jobs)],
    ['bare', () => runChild<Starts>(BARE_STARTER, { address: stack.temporalAddress, ...input })],
  ];
  if (redis) {
    contenders.push(['bull', () => runChild<Starts>(BULL_STARTER, { redisPort: redis.port, ...input })]);
  }
  const samples: Record<Contender, Starts[]> = { ours: [], bare: [], bull: [] };
  await throughApi(stack, CONNECTIONS);
  for (let round = 0; round < count; round++) {
    for (const [name, run] of contenders) {
      const starts = await run();
      samples[name].push(starts);
      log(`${name}: ${Math.round(starts.perSecond)} /s, p99 ${starts.p99.toFixed(0)} ms`);
    }
  }
  return samples;
}

async function throughApi(stack: Stack, jobs: number): Promise<Starts> {
  const pid = stack.api.pid!;
  const before = cpuSecondsOf(pid);
  const starts = await startAll(async () => void (await stack.initiate(BODY)), jobs, CONNECTIONS);
  return { ...starts, cpuMs: ((cpuSecondsOf(pid) - before) / jobs) * 1_000 };
}

function measurements(samples: Record<Contender, Starts[]>): Measurement[] {
  const value = (name: Contender, of: keyof Starts) => median(samples[name].map((starts) => starts[of]));
  const [ours, bare] = [value('ours', 'perSecond'), value('bare', 'perSecond')];
  const [p99, bareP99] = [value('ours', 'p99'), value('bare', 'p99')];
  const [cpu, bareCpu] = [value('ours', 'cpuMs'), value('bare', 'cpuMs')];
  const lines: Measurement[] = [
    {
      measure: 'starts per second',
      ours: `${Math.round(ours)} /s`,
      peer: `${Math.round(bare)} /s`,
      ratio: `${(ours / bare).toFixed(2)}×`,
      target: '≥ 0.9×',
    },
    {
      measure: 'p99',
      ours: `${p99.toFixed(0)} ms`,
      peer: `${bareP99.toFixed(0)} ms`,
      ratio: `${(p99 / bareP99).toFixed(2)}×`,
      target: '≤ 1.2×',
    },
    {
      measure: 'CPU time of the starting process, per job',
      ours: `${cpu.toFixed(2)} ms`,
      peer: `${bareCpu.toFixed(2)} ms`,
      ratio: signed(cpu - bareCpu),
      target: '≤ +1 ms',
    },
  ];
  if (samples.bull.length > 0) {
    const bull = value('bull', 'perSecond');
    lines.push({
      measure: 'for reference: BullMQ and a hash in Redis, in process',
      ours: `${Math.round(ours)} /s`,
      peer: `${Math.round(bull)} /s`,
      ratio: `${(ours / bull).toFixed(2)}×`,
      target: '',
    });
  }
  return lines;
}

function signed(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${Math.abs(ms).toFixed(2)} ms`;
}
