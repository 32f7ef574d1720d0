import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeJobs } from '../../support/fake-jobs.js';
import { StreamApi } from '../../support/stream-api.js';

const JOBS = 1_000;
const TICK_MS = 100;

/** Watches the jobs in `argv` and prints heap sizes in MB: after some changes of each job, and after many. */
const SCRIPT = `
import { LonghaulClient } from 'longhaul/client';
const [baseUrl, ...ids] = process.argv.slice(1);
const client = new LonghaulClient({ baseUrl });
const heap = () => { gc(); return Math.round(process.memoryUsage().heapUsed / 1e5) / 10; };
let seen = 0;
const early = [], late = [];
const sample = setInterval(() => {
  if (seen > 3_000 && early.length < 3) early.push(heap());
  else if (seen > 12_000 && late.length < 3) late.push(heap());
  if (late.length === 3) { clearInterval(sample); console.log(JSON.stringify({ early, late })); stop.abort('enough'); }
}, 500);
const stop = new AbortController();
let errors = 0;
await Promise.all(ids.map(async (id) => {
  let last = -1;
  try {
    for await (const { progress } of client.watch(id, { signal: stop.signal })) {
      if (progress < last) throw new Error('back');
      last = progress;
      seen++;
    }
  } catch (error) {
    if (error !== 'enough') errors++;
  }
}));
console.log(JSON.stringify({ errors }));
`;

describe('LonghaulClient.watch', () => {
  const jobs = new FakeJobs();
  let api: StreamApi;
  let ids: string[];
  let timer: NodeJS.Timeout;

  beforeAll(async () => {
    api = await StreamApi.start({ jobs, http: { requestTimeoutMs: 5_000 } });
    ids = Array.from({ length: JOBS }, () => jobs.add('anonymous', { bytesTotal: 1_000_000 }));
    let bytes = 0;
    timer = setInterval(() => {
      bytes += 50;
      for (const id of ids) jobs.change(id, { bytesHighWater: bytes });
    }, TICK_MS);
  });
  afterAll(async () => {
    clearInterval(timer);
    await api.stop();
  });

  it('watches 1,000 jobs in flat memory', async () => {
    const args = ['--expose-gc', '--input-type=module', '-e', SCRIPT, api.url, ...ids];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 110_000 });
    const [memory, end] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { early: number[]; late: number[]; errors: number });
    expect(end).toEqual({ errors: 0 });
    process.stdout.write(`heap in MB: ${JSON.stringify(memory)}\n`);
    expect(Math.min(...memory!.late)).toBeLessThan(Math.min(...memory!.early) * 1.3 + 5);
  });
});
