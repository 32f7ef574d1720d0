import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DASHBOARD, dashboardQueries, runbookQueries } from '../../support/dashboard.js';
import { documentedMetrics } from '../../support/documented-metrics.js';
import { locatePromtool, promtoolFindings } from '../../support/promtool.js';
import { namesInQueries } from '../../support/queried-metrics.js';
import { describeWith } from '../../support/require-server.js';

/** Metrics of Node.js, and of Temporal's SDK and server. */
const OF_OTHERS = /^(process_|nodejs_|temporal_(?!call_)|persistence_latency|service_error_)/;

/** Words of PromQL, labels of Temporal, and one value. */
const WORDS =
  /^(histogram_quantile|\w+_over_time|group_left|failure_reason|worker_type|error_type|given_up)$/;

describe('Dashboard', () => {
  it('is what its script writes', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/dashboard.js', '--print']);
    expect(stdout).toBe(await readFile(DASHBOARD, 'utf8'));
  });

  it('asks only for metrics that exist', () => {
    const documented = documentedMetrics();
    const known = new Set(documented.flatMap(({ name, labels }) => [name, ...labels]));
    const unknown = namesInQueries().filter(({ name }) => {
      const base = name.replace(/_(bucket|sum|count)$/, '');
      return !known.has(name) && !known.has(base) && !OF_OTHERS.test(name) && !WORDS.test(name);
    });
    expect(unknown).toEqual([]);
  });
});

describeWith(await locatePromtool(), 'Query', (promtool) => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-queries-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['the dashboard', dashboardQueries()],
    ['the runbook', runbookQueries()],
  ])('parses in %s', async (_place, queries) => {
    const rules = queries.map((expr, index) => ({ record: `query:${index}`, expr }));
    const file = join(folder, 'queries.json');
    await writeFile(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    expect(queries.length).toBeGreaterThan(20);
    expect(await promtoolFindings(promtool, 'check', 'rules', file)).toBe('');
  });
});
