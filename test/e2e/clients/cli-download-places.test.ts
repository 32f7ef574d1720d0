import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CommandLine } from '../../support/command-line.js';
import { CuttingStore } from '../../support/cutting-store.js';
import { StubApi } from '../../support/stub-api.js';
import { waitFor } from '../../support/wait-for.js';

const JOBS = [1, 2, 3].map((n) => `0197f0aa-0000-7000-8000-00000000000${n}`);
const JOB = JOBS[0]!;

describe('longhaul fetch', () => {
  let api: StubApi;
  let stores: CuttingStore[];
  let cli: CommandLine;
  beforeEach(async () => {
    api = await StubApi.start();
    stores = await Promise.all(JOBS.map(() => CuttingStore.start(randomBytes(3_000_000))));
    cli = await CommandLine.create(api.url);
    JOBS.forEach((jobId, i) => answer(jobId, { body: completed(jobId, stores[i]!) }));
  });
  afterEach(() => Promise.all([api.stop(), cli.remove(), ...stores.map((store) => store.stop())]));

  const answer = (jobId: string, value: StubApi['answers'][string]) =>
    (api.answers[`GET /v1/download/status/${jobId}`] = value);
  const files = async () => (await readdir(cli.folder)).filter((name) => name !== '.home');
  const saved = () => readFile(join(cli.folder, 'a.zip'));

  it.each([
    ['different archives', JOBS],
    ['the same archive', [JOB, JOB, JOB]],
  ])('saves one of %s to one name', async (_, jobs) => {
    const ended = await Promise.all(jobs.map((jobId) => cli.run(['fetch', jobId, '-o', 'a.zip'])));
    const codes = ended.map(({ code }) => code);
    expect(codes.toSorted((a, b) => a! - b!)).toEqual([0, 7, 7]);
    const { bytes } = stores[JOBS.indexOf(jobs[codes.indexOf(0)]!)]!;
    expect(bytes.equals(await saved())).toBe(true);
  });

  it('keeps archives apart that replace each other', async () => {
    const ended = await Promise.all(JOBS.map((jobId) => cli.run(['fetch', jobId, '-o', 'a.zip', '--force'])));
    expect(ended.map(({ code }) => code)).toContain(0);
    const file = await saved();
    expect(stores.filter(({ bytes }) => bytes.equals(file))).toHaveLength(1);
  });

  it('goes on after it was killed', async () => {
    stores[0]!.faults = [{ silentAfter: 1_000_000 }];
    const first = cli.spawn(['fetch', JOB, '-o', 'a.zip']);
    await waitFor('the transfer', () => first.shown().includes('Saving'));
    first.child.kill('SIGKILL');
    await first.ended;
    expect((await cli.run(['fetch', JOB, '-o', 'a.zip'])).code).toBe(0);
    expect(stores[0]!.requests[1]!.headers.range).toMatch(/^bytes=\d{3,}-$/);
    expect(stores[0]!.bytes.equals(await saved())).toBe(true);
    expect(await files()).toEqual(['a.zip']);
  });

  it.each([
    ['a signal', ['--progress', 'plain'], 130],
    ['its time', ['--timeout', '2s'], 6],
  ])('ends after %s though nobody reads', async (_, flags, code) => {
    execFileSync('mkfifo', [join(cli.folder, 'pipe')]);
    const running = cli.spawn(['fetch', JOB, '-o', '-', ...flags], { redirect: '1<> pipe' });
    await waitFor('the transfer', () => running.shown().includes('Saving'));
    if (code === 130) running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(code);
    expect(running.shown()).toContain('it sends the archive from the beginning');
  });

  it('ends after a second signal in every case', async () => {
    answer(JOB, { body: completed(JOB, stores[0]!, { status: 'running', archive: null }) });
    let cancels = 0;
    api.answers[`POST /v1/download/cancel/${JOB}`] = () => {
      cancels++;
      return { status: 503, headers: { 'retry-after': '20' }, body: '' };
    };
    const running = cli.spawn(['fetch', JOB, '--on-interrupt', 'cancel']);
    await waitFor('the build', () => running.shown().includes('Building'));
    running.child.kill('SIGINT');
    await waitFor('the cancellation', () => cancels > 0);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(130);
  });

  it.each([
    ['data', ['status', JOB], '> /dev/full', 7, 'Standard output cannot be saved. The disk is full.'],
    ['an archive', ['fetch', JOB, '-o', '-'], '> /dev/full', 7, 'The disk is full.'],
    ['advice', ['fetch', JOB, '-o', 'a.zip'], '2> /dev/full', 0, ''],
    ['all', ['status', JOB], '> /dev/full 2>&1', 7, ''],
  ])('reports that %s cannot be written', async (_, args, redirect, code, words) => {
    const ended = await cli.run(args, { redirect });
    expect(ended).toMatchObject({ code, stderr: expect.stringContaining(words) });
    expect(ended.stderr).not.toContain('    at ');
  });

  it('follows no longer than somebody reads', async () => {
    let progress = 0;
    const running = () => completed(JOB, stores[0]!, { status: 'running', progress: progress++ % 90 });
    answer(JOB, () => ({ body: running() }));
    const ended = await cli.run(['wait', JOB, '--json', '-q'], { redirect: '| head -n 1' });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['download', ['download', '1'], 'Nothing was started.'],
    ['wait', ['wait', JOB], 'The server has not described the download yet.'],
  ])('tells what is left when %s ends early', async (_, args, words) => {
    const ended = await cli.run([...args, '--timeout', '1ms', '--url', 'http://192.0.2.1:9']);
    expect(ended).toMatchObject({ code: 6, stderr: expect.stringContaining(`Not done after 1ms. ${words}`) });
  });
});

function completed(jobId: string, { bytes, checksum, link }: CuttingStore, changes: object = {}) {
  return {
    jobId,
    status: 'completed',
    progress: 100,
    message: 'Ready',
    filesProcessed: 1,
    filesSkipped: 0,
    totalFiles: 1,
    bytesProcessed: 0,
    bytesTotal: null,
    etaSeconds: null,
    attempts: 1,
    nextPollInMs: 10,
    createdAt: '2026-11-25T02:52:11.379Z',
    expiresAt: '2026-11-26T02:52:11.379Z',
    error: null,
    downloadUrl: link,
    streamUrl: null,
    eventsUrl: null,
    archive: { name: 'a.zip', size: bytes.length, checksum, files: 1, skipped: 0 },
    ...changes,
  };
}
