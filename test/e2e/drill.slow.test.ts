import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Result } from '../../src/dev/drill/result.js';
import { locate } from '../support/locate-program.js';
import { locateNginx } from '../support/nginx.js';
import { describeWith } from '../support/require-server.js';

const ROWS = ['kill-api', 'kill-worker', 'kill-store'];
const LOAD = ['--rate', '1', '--seconds', '15', '--files', '10', '--large', '16', '--dev-server', '--json'];
const TIMEOUT_MS = 900_000;

const unzip = await locate('unzip', { variable: 'UNZIP_PATH' });

describeWith([await locateNginx(), unzip], 'npm run drill', () => {
  let drill: ChildProcessWithoutNullStreams;
  const output = { stdout: '', stderr: '' };
  let results: Result[];

  beforeAll(async () => {
    drill = spawn(process.execPath, [resolve('dist/dev/run-drill.js'), ...ROWS, ...LOAD]);
    for (const name of ['stdout', 'stderr'] as const)
      drill[name].on('data', (chunk: Buffer) => (output[name] += chunk.toString()));
    await once(drill, 'close');
    if (output.stdout === '') throw new Error(output.stderr);
    results = JSON.parse(output.stdout) as Result[];
  }, TIMEOUT_MS);
  afterAll(() => void drill?.kill());

  it.each(ROWS)('%s loses, repeats and spoils nothing', (name) => {
    const result = results.find(({ row }) => row === name);
    expect(result).toMatchObject({ lost: 0, twice: 0, wrong: 0, orphans: 0, otherErrors: 0, problems: [] });
  });
});
