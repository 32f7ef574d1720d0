import { resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Redis } from 'ioredis';
import { STATUS_QUERY, workflowIdFor } from '../../src/contract/names.js';
import { findTemporalCli } from '../../src/dev/temporal/temporal-binary.js';
import { Stack } from '../../test/support/stack.js';
import { waitFor } from '../../test/support/wait-for.js';
import { type Child, startChild } from '../support/child.js';
import { cpuSecondsOf } from '../support/cpu-time.js';
import { httpLoad } from '../support/http-load.js';
import { type RedisServer, startRedis } from '../support/redis.js';
import type { Measurement, Row, RowOptions } from '../support/row.js';
import { median, quantile } from '../support/statistics.js';
import { pollAsAsked } from './polling.js';

const REDIS_APP = new URL('./redis-app.js', import.meta.url);
const BULL_APP = new URL('./bull-app.js', import.meta.url);

const CONNECTIONS = 50;
const STARTED_AT_ONCE = 20;
const WARM_UP_SECONDS = 2;

/** Jobs that run for the whole measurement and do nothing. */
const ENDLESS = {
  DOWNLOAD_DELAY_ENABLED: 'true',
  DOWNLOAD_DELAY_MIN_MS: '3600000',
  DOWNLOAD_DELAY_MAX_MS: '3600000',
};

/** The progress of the polled job. */
const PROGRESS = {
  progress: 45,
  message: 'Fetching 3 of 8 files',
  filesProcessed: 3,
  totalFiles: 8,
  bytesProcessed: 1_000_000,
  bytesTotal: 2_000_000,
};

/** An HTTP server with status routes. */
interface StatusServer {
  urls: string[];
  pid: number;
}

/** The cost of status reads. */
interface Sample {
  perSecond: number;
  /** CPU time of the server process per request, in milliseconds. */
  cpuMs: number;
}

/** P9: the cost of a status read without a database. */
export const statusReads: Row = {
  id: 'P9',
  title: 'GET status of running jobs: ours against a hash per job in Redis, and against bare queries',
  async run(options) {
    const { path: temporalCli } = await findTemporalCli({ toolsDir: resolve('.tools'), log: options.log });
    const redis = await startRedis();
    if (!redis) options.log('no redis-server on the PATH: comparing with bare queries only');
    const stack = await Stack.start({ temporalCli, env: ENDLESS });
    try {
      return await withServers(stack, redis, options);
    } finally {
      await Promise.all([stack.stop(), redis?.stop()]);
    }
  },
};

async function withServers(
  stack: Stack,
  redis: RedisServer | undefined,
  options: RowOptions,
): Promise<Measurement[]> {
  const jobIds = await startJobs(stack, options.quick ? 50 : 1_000);
  const ours: StatusServer = {
    urls: jobIds.map((jobId) => `${stack.baseUrl}/v1/download/status/${jobId}`),
    pid: stack.api.pid!,
  };
  const app = redis && (await startRedisApp(redis, jobIds));
  const bull = redis && (await startBullApp(redis));
  try {
    const peer = app && {
      urls: jobIds.map((jobId) => `http://127.0.0.1:${app.message.port}/status/${jobId}`),
      pid: app.message.pid,
    };
    return [
      ...(await oneJob(
        'a job of BullMQ',
        ours,
        bull && bullStatusServer(bull.message),
        '≥ 1×, ≥ 3800 /s',
        options,
      )),
      ...(await oneJob('a bare hash in Redis', ours, peer, '', options)),
      await againstQueries(stack, jobIds[0]!, ours, options),
      await manyJobs(ours, peer, options),
    ];
  } finally {
    await Promise.all([app?.stop(), bull?.stop()]);
  }
}

interface BullServer {
  port: number;
  pid: number;
  jobId: string;
}

function startBullApp({ port }: RedisServer): Promise<Child<BullServer>> {
  return startChild(BULL_APP, { redisPort: port, progress: PROGRESS });
}

function bullStatusServer({ port, pid, jobId }: BullServer): StatusServer {
  return { urls: [`http://127.0.0.1:${port}/status/${jobId}`], pid };
}

async function startJobs(stack: Stack, count: number): Promise<string[]> {
  const jobIds: string[] = [];
  const starter = async () => {
    while (jobIds.length < count) {
      const { jobId } = await stack.initiate({ fileIds: [70_000, 70_001, 70_002] });
      jobIds.push(jobId);
    }
  };
  await Promise.all(Array.from({ length: Math.min(STARTED_AT_ONCE, count) }, starter));
  for (const jobId of jobIds) {
    await waitFor('the job to run', async () => (await stack.status(jobId)).status === 'running', 120_000);
  }
  return jobIds;
}

async function startRedisApp(
  { port }: RedisServer,
  jobIds: readonly string[],
): Promise<Child<{ port: number; pid: number }>> {
  const client = new Redis({ port });
  const now = new Date().toISOString();
  for (const jobId of jobIds) {
    await client.hset(`job:${jobId}`, {
      jobId,
      status: 'running',
      ...PROGRESS,
      createdAt: now,
      startedAt: now,
      error: '',
    });
  }
  client.disconnect();
  return startChild(REDIS_APP, { redisPort: port });
}

async function oneJob(
  peerName: string,
  ours: StatusServer,
  peer: StatusServer | undefined,
  target: string,
  options: RowOptions,
): Promise<Measurement[]> {
  if (!peer) return [];
  const samples = await inTurns({ ours: () => hot(ours, options), peer: () => hot(peer, options) }, options);
  const perSecond = medians(samples, 'perSecond');
  const cpuMs = medians(samples, 'cpuMs');
  return [
    {
      measure: `one job, ${CONNECTIONS} connections, against ${peerName}`,
      ours: `${Math.round(perSecond.ours)} /s`,
      peer: `${Math.round(perSecond.peer)} /s`,
      ratio: `${(perSecond.ours / perSecond.peer).toFixed(2)}×`,
      target,
    },
    {
      measure: 'its CPU time in the API process, per request',
      ours: `${cpuMs.ours.toFixed(3)} ms`,
      peer: `${cpuMs.peer.toFixed(3)} ms`,
      ratio: `${(cpuMs.ours / cpuMs.peer).toFixed(2)}×`,
      target: '',
    },
  ];
}

async function hot({ urls, pid }: StatusServer, { quick }: RowOptions): Promise<Sample> {
  const url = urls[0]!;
  await httpLoad(url, CONNECTIONS, quick ? 1 : WARM_UP_SECONDS);
  const before = cpuSecondsOf(pid);
  const { perSecond, requests } = await httpLoad(url, CONNECTIONS, quick ? 1 : 5);
  return { perSecond, cpuMs: ((cpuSecondsOf(pid) - before) / requests) * 1_000 };
}

async function againstQueries(
  stack: Stack,
  jobId: string,
  ours: StatusServer,
  options: RowOptions,
): Promise<Measurement> {
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const handle = new Client({ connection }).workflow.getHandle(workflowIdFor(jobId));
  const query = async (): Promise<Sample> => {
    const [begun, seconds] = [performance.now(), options.quick ? 1 : 5];
    let requests = 0;
    const loop = async () => {
      for (; performance.now() - begun < seconds * 1_000; requests++) await handle.query(STATUS_QUERY);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, loop));
    return { perSecond: requests / ((performance.now() - begun) / 1_000), cpuMs: 0 };
  };
  try {
    const samples = await inTurns({ ours: () => hot(ours, options), peer: query }, options);
    const perSecond = medians(samples, 'perSecond');
    return {
      measure: `one job, ${CONNECTIONS} connections, against bare queries`,
      ours: `${Math.round(perSecond.ours)} /s`,
      peer: `${Math.round(perSecond.peer)} /s`,
      ratio: `${(perSecond.ours / perSecond.peer).toFixed(1)}×`,
      target: '',
    };
  } finally {
    await connection.close();
  }
}

async function manyJobs(
  ours: StatusServer,
  peer: StatusServer | undefined,
  { quick, log }: RowOptions,
): Promise<Measurement> {
  const seconds = quick ? 5 : 20;
  const p99 = async ({ urls }: StatusServer) => quantile(await pollAsAsked(urls, seconds), 0.99);
  const [mine, theirs] = [await p99(ours), peer && (await p99(peer))];
  log(`p99 of ${ours.urls.length} jobs polled as asked: ${milliseconds(mine)}`);
  return {
    measure: `${ours.urls.length} jobs polled as nextPollInMs asks, p99`,
    ours: milliseconds(mine),
    peer: theirs === undefined ? '–' : milliseconds(theirs),
    ratio: theirs === undefined ? '–' : `${(mine / theirs).toFixed(1)}×`,
    target: '≤ 100 ms',
  };
}

async function inTurns(
  contenders: Record<'ours' | 'peer', () => Promise<Sample>>,
  { rounds, log }: RowOptions,
): Promise<Record<'ours' | 'peer', Sample[]>> {
  const samples: Record<'ours' | 'peer', Sample[]> = { ours: [], peer: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of ['ours', 'peer'] as const) {
      const sample = await contenders[name]();
      samples[name].push(sample);
      log(`${name}: ${Math.round(sample.perSecond)} /s, ${sample.cpuMs.toFixed(3)} ms of CPU each`);
    }
  }
  return samples;
}

function medians(samples: Record<'ours' | 'peer', Sample[]>, of: keyof Sample) {
  const value = (name: 'ours' | 'peer') => median(samples[name].map((sample) => sample[of]));
  return { ours: value('ours'), peer: value('peer') };
}

function milliseconds(n: number): string {
  return `${n.toFixed(n < 10 ? 1 : 0)} ms`;
}
