import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CommandLine } from '../../support/command-line.js';
import { CuttingStore } from '../../support/cutting-store.js';
import { problem, StubApi } from '../../support/stub-api.js';

const JOB = '0197f0aa-0000-7000-8000-000000000001';
const STATUS = `GET /v1/download/status/${JOB}`;
const KEY = 'k3y-of-ada';

const HTML = { 'content-type': 'text/html' };

describe('longhaul', () => {
  let api: StubApi;
  let store: CuttingStore;
  let cli: CommandLine;
  beforeEach(async () => {
    api = await StubApi.start();
    store = await CuttingStore.start(randomBytes(100_000));
    cli = await CommandLine.create(api.url);
    api.answers = {
      'POST /v1/download/initiate': { status: 202, body: { jobId: JOB, duplicateFileIds: [] } },
      [STATUS]: { body: completed() },
    };
  });
  afterEach(() => Promise.all([api.stop(), store.stop(), cli.remove()]));

  const completed = (changes: object = {}) => ({
    ...job('completed', 100),
    downloadUrl: store.link,
    archive: { name: 'a.zip', size: store.bytes.length, checksum: store.checksum, files: 1, skipped: 0 },
    ...changes,
  });
  const files = async () => (await readdir(cli.folder)).filter((name) => name !== '.home');

  it.each([
    ['an unknown command', ['downlaod'], 2, 'Did you mean longhaul download?'],
    ['an unknown flag', ['list', '--jsn'], 2, 'Did you mean --json?'],
    ['no ids', ['download'], 2, 'No file ids given'],
    ['a missing list', ['download', '--from', 'none.txt'], 2, 'none.txt cannot be read'],
    ['a wrong format', ['download', '1', '--format', 'rar'], 2, 'zip, tar, or tar.gz'],
    ['a wrong label', ['download', '1', '--label', 'x'], 2, 'NAME=VALUE'],
    [
      'two values of a label',
      ['start', '1', '--label', 'a=1', '--label', 'a=2'],
      2,
      'gives "a" more than once',
    ],
    ['an empty id', ['download', '1', ' '], 2, 'An empty file id'],
    ['a wrong priority', ['start', '1', '--priority', 'high'], 2, 'standard or low'],
    ['a negative timeout', ['wait', JOB, '--timeout', '-1'], 2, "'--timeout=-XYZ'"],
    ['a flag before the command', ['--json', 'list'], 2, 'Flags go after the command'],
    ['a wrong timeout', ['wait', JOB, '--timeout', 'soon'], 2, '--timeout must be'],
    ['a wrong progress', ['wait', JOB, '--progress', 'x'], 2, '--progress must be'],
    ['a wrong address', ['list', '--url', 'localhost:3000'], 2, '--url must be'],
    ['two outputs at once', ['download', '1', '-o', '-', '--json'], 2, 'both write to standard output'],
    ['an empty job id', ['status', ''], 2, 'takes the id of one job'],
    ['a job id that is a path', ['status', '..'], 5, 'There is no job ".."'],
    ['the cancellation of a path', ['cancel', '.'], 5, 'There is no job "."'],
    ['the retry of a path by an operator', ['admin', 'retry', '..'], 5, 'There is no job ".."'],
    ['a missing folder', ['download', '1', '-o', 'none/a.zip'], 7, 'The folder does not exist'],
  ])('refuses %s before it asks the server', async (_, args, code, words) => {
    expect(await cli.run(args)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(words) });
    expect(api.calls).toEqual([]);
  });

  it.each([
    ['a wrong key', problem(401, 'UNAUTHENTICATED', 'The key is not valid.'), 4, 'longhaul login'],
    ['a forbidden request', problem(403, 'FORBIDDEN', 'No.'), 4, 'No.'],
    ['an unknown job', problem(404, 'JOB_NOT_FOUND', 'There is no such job.'), 5, 'There is no such job.'],
    ['an expired job', problem(410, 'JOB_EXPIRED', 'Expired.'), 5, 'Expired.'],
    ['a busy server', problem(429, 'RATE_LIMITED', 'Busy.', { 'retry-after': '600' }), 6, 'Busy.'],
    ['too many jobs', problem(429, 'TOO_MANY_JOBS', 'You have 3 running.'), 6, 'You have 3 running.'],
    ['an invalid request', problem(400, 'INVALID_REQUEST', 'Wrong.'), 2, 'Wrong.'],
    ['a failure', problem(500, 'INTERNAL_ERROR', 'Oh.'), 1, 'Oh.'],
    ['another server', { headers: HTML, body: '<h1>Hello</h1>' }, 1, 'not one of Longhaul'],
  ])('ends after %s as documented', async (_, answer, code, words) => {
    api.answers[STATUS] = answer;
    const ended = await cli.run(['status', JOB], { env: { LONGHAUL_API_KEY: KEY } });
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(words) });
    expect(ended.stderr).not.toContain(KEY);
  });

  it.each([
    ['an empty object', {}, 200],
    ['a failure of something else', { code: 'X\u001B[31m', errors: null, requestId: '\u001B[2J' }, 400],
  ])('takes %s for the answer of another server', async (_, body, status) => {
    const answer = { status, body };
    const retried = `POST /v1/download/retry/${JOB}`;
    for (const route of [...Object.keys(api.answers), retried, `POST /v1/download/cancel/${JOB}`]) {
      api.answers[route] = answer;
    }
    for (const route of ['downloads', 'files', 'me', `download/${JOB}/files`]) {
      api.answers[`GET /v1/${route}`] = answer;
    }
    api.answers['POST /v1/download/estimate'] = answer;
    const onJob = ['status', 'wait', 'fetch', 'cancel', 'retry', 'outcomes'].map((name) => [name, JOB]);
    const others = [
      ['download', '1'],
      ['start', '1'],
      ['estimate', '1'],
      ['list'],
      ['files'],
      ['whoami'],
      ['login'],
    ];
    for (const args of [...onJob, ...others]) {
      const ended = await cli.run([...args, '-q'], { input: KEY });
      expect({ args, ...ended }).toMatchObject({
        args,
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^Error: .*Is this a Longhaul server\?.*\n$/),
      });
      expect(ended.stderr).not.toContain('\u001B');
    }
    expect(await files()).toEqual([]);
    await expect(stat(join(cli.folder, '.home/config'))).rejects.toThrow('ENOENT');
  });

  it('waits as a busy server says', async () => {
    let count = 0;
    const busy = problem(503, 'STORAGE_UNAVAILABLE', 'Busy.', { 'retry-after': '1' });
    api.answers[STATUS] = () => (count++ < 2 ? busy : { body: completed() });
    expect(await cli.run(['status', JOB])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Busy. Trying again'),
    });
  });

  it('reports an unreachable server', async () => {
    await api.stop();
    const ended = await cli.run(['status', JOB]);
    expect(ended).toMatchObject({ code: 6, stderr: expect.stringContaining('cannot be reached') });
    api = await StubApi.start();
  });

  it.each([
    ['failed', 3],
    ['cancelled', 3],
    ['expired', 5],
  ])('tells by its code that a job has %s', async (word, code) => {
    api.answers[STATUS] = { body: { ...job(word, 20), message: 'It ended.' } };
    expect(await cli.run(['wait', JOB])).toMatchObject({ code, stdout: `${word}\n` });
    expect((await cli.run(['fetch', JOB, '-o', 'a.zip'])).code).toBe(code);
    expect(await files()).toEqual([]);
  });

  it('prints a line of JSON for each change', async () => {
    const seen = [job('queued', 0), job('running', 40), completed()];
    api.answers[STATUS] = () => ({ body: seen.length > 1 ? seen.shift() : seen[0] });
    const { stdout } = await cli.run(['wait', JOB, '--json', '-q']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { progress: number });
    expect(lines.map(({ progress }) => progress)).toEqual([0, 40, 100]);
  });

  it('sends the key to the API alone', async () => {
    const ended = await cli.run(['fetch', JOB, '-q'], { env: { LONGHAUL_API_KEY: KEY } });
    expect(ended).toEqual({ code: 0, stdout: 'a.zip\n', stderr: '' });
    expect(api.calls.every(({ authorization }) => authorization === `Bearer ${KEY}`)).toBe(true);
    expect(store.requests[0]!.headers.authorization).toBeUndefined();
  });

  it('refuses an archive that was replaced meanwhile', async () => {
    store.faults = [{ cutAfter: 1_000 }];
    let count = 0;
    const other = { ...completed().archive, checksum: `sha256:${'0'.repeat(64)}` };
    api.answers[STATUS] = () => ({ body: count++ < 2 ? completed() : completed({ archive: other }) });
    const ended = await cli.run(['fetch', JOB, '-o', 'a.zip']);
    expect(ended).toMatchObject({ code: 7, stderr: expect.stringContaining('replaced meanwhile') });
    expect(await files()).not.toContain('a.zip');
  });

  it('ends when the archive expires during the transfer', async () => {
    store.faults = [{ cutAfter: 1_000 }];
    let count = 0;
    api.answers[STATUS] = () => ({
      body: count++ < 2 ? completed() : { ...job('expired', 100), message: 'Expired.' },
    });
    expect(await cli.run(['fetch', JOB, '-o', 'a.zip'])).toMatchObject({ code: 5 });
    expect(await files()).not.toContain('a.zip');
  });

  it.each([['a.zip'], ['-']])('reports a wrong checksum of %s', async (output) => {
    const { checksum } = store;
    api.answers[STATUS] = { body: completed({ archive: { ...completed().archive, checksum } }) };
    store.bytes = randomBytes(store.bytes.length);
    const ended = await cli.run(['fetch', JOB, '-o', output]);
    expect(ended).toMatchObject({ code: 7, stderr: expect.stringContaining('checksum') });
    expect(ended.stderr).not.toContain('s3cr3t');
    expect(await files()).toEqual([]);
  });

  it('notices that the disk lacks space', async () => {
    api.answers[STATUS] = { body: completed({ archive: { ...completed().archive, size: 2 ** 52 } }) };
    const ended = await cli.run(['fetch', JOB, '-o', 'a.zip']);
    expect(ended).toMatchObject({ code: 7, stderr: expect.stringContaining('the disk has') });
    expect(store.requests).toEqual([]);
    expect(await files()).toEqual([]);
  });

  it('notices that a disk is full', async () => {
    const ended = await cli.run(['fetch', JOB, '-o', '/dev/full']);
    expect(ended).toMatchObject({ code: 7, stderr: expect.stringContaining('The disk is full') });
  });

  it.each([
    ['a list', ['status', JOB], 0],
    ['an archive', ['fetch', JOB, '-o', '-', '-q'], 1],
  ])('is quiet when nobody reads %s', async (_, args, code) => {
    const running = cli.spawn(args);
    const exited = once(running.child, 'exit');
    running.child.stdout!.destroy();
    await Promise.all([exited, running.ended.catch(() => {})]);
    expect(running.child.exitCode).toBe(code);
    expect(running.shown()).not.toContain('Error');
  });

  it('lists jobs, files and outcomes for programs', async () => {
    const cursor = { nextCursor: null };
    api.answers['GET /v1/downloads'] = { body: { jobs: [job('running', 40)], ...cursor } };
    const failed = {
      fileId: 7,
      name: null,
      size: null,
      state: 'failed',
      error: { code: 'X', message: 'Gone.' },
    };
    api.answers[`GET /v1/download/${JOB}/files`] = { body: { files: [failed], ...cursor } };
    api.answers['GET /v1/files'] = {
      body: { files: [{ fileId: 70_000, name: 'a\tb.txt', size: 3 }], ...cursor },
    };
    const jobs = await cli.run(['list', '--status', 'active']);
    expect(jobs.stdout).toMatch(new RegExp(`^${JOB}\trunning\t40 %\t`));
    expect((await cli.run(['outcomes', JOB, '--state', 'failed'])).stdout).toBe('failed\t7\t-\t-\tGone.\n');
    expect((await cli.run(['files'])).stdout).toBe('70000\ta b.txt\t3\n');
    expect(JSON.parse((await cli.run(['list', '--json'])).stdout)).toMatchObject({ complete: true });
    const { stdout } = await cli.onTerminal(['list']);
    expect(stdout).toContain('JOB');
  });

  it('starts a job again', async () => {
    api.answers[`POST /v1/download/retry/${JOB}`] = { status: 202, body: { jobId: JOB } };
    expect(await cli.run(['retry', JOB])).toMatchObject({ code: 0, stdout: `${JOB}\n` });
  });

  it('keeps a key that the server knows', async () => {
    api.answers['GET /v1/me'] = {
      body: { userId: 'ada', limits: { maxFiles: 10 }, listing: true, version: '1.0.0' },
    };
    const ended = await cli.run(['login', '--url', `${api.url}/`], {
      input: `${KEY}\n`,
      env: { LONGHAUL_URL: '' },
    });
    expect(ended).toMatchObject({ code: 0, stdout: 'ada\n' });
    const file = join(cli.folder, '.home/config/longhaul/config.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    api.calls = [];
    expect(await cli.run(['whoami'], { env: { LONGHAUL_URL: '' } })).toMatchObject({
      code: 0,
      stdout: 'ada\n',
    });
    await cli.run(['whoami'], { env: { LONGHAUL_API_KEY: 'other' } });
    expect(api.calls.map(({ authorization }) => authorization)).toEqual([`Bearer ${KEY}`, 'Bearer other']);
    expect((await cli.run(['logout'])).code).toBe(0);
    expect(await readFile(file, 'utf8')).not.toContain(KEY);
  });

  it('keeps no key that the server refuses', async () => {
    api.answers['GET /v1/me'] = problem(401, 'UNAUTHENTICATED', 'The key is not valid.');
    const ended = await cli.run(['login'], { input: KEY });
    expect(ended.code).toBe(4);
    expect(ended.stderr).not.toContain(KEY);
    expect(await files()).toEqual([]);
  });

  it('reads the key hidden from a terminal', async () => {
    api.answers['GET /v1/me'] = { body: { userId: 'ada', limits: {} } };
    const steps = [['hidden', `x\u007f${KEY}\r`]] as const;
    const { code, stdout } = await cli.onTerminal(['login'], steps);
    expect(code).toBe(0);
    expect(stdout).not.toContain(KEY);
    expect(api.calls.at(-1)!.authorization).toBe(`Bearer ${KEY}`);
    expect((await cli.onTerminal(['login'], [['hidden', '\u0003']])).code).toBe(130);
  });

  it('shows no escapes where they are not wanted', async () => {
    const dumb = await cli.onTerminal(['fetch', JOB, '-o', 'a.zip'], [], { env: { TERM: 'dumb' } });
    expect(dumb.stdout).not.toContain('\u001B');
    const plain = await cli.onTerminal(['fetch', JOB, '--force'], [], { env: { NO_COLOR: '1' } });
    expect(plain.stdout).toContain('\u2588');
    expect(plain.stdout).not.toContain('\u001B[2m');
    const refused = await cli.onTerminal(['fetch', JOB, '-o', '-']);
    expect(refused).toMatchObject({ code: 2, stdout: expect.stringContaining('not for terminals') });
  });

  it('reports a broken file of keys', async () => {
    await cli.run(['login'], { input: '' });
    api.answers['GET /v1/me'] = { body: { userId: 'ada', limits: {} } };
    await cli.run(['login'], { input: '' });
    const contents = [
      ['{', 1, 'not valid JSON'],
      ['null', 1, 'not what longhaul login writes'],
      [`{"keys":{"${api.url}":7}}`, 1, 'not what longhaul login writes'],
      [`{"keys":{"${api.url}":"a b"}}`, 2, 'printable ASCII'],
      ['{"url":"nonsense"}', 2, 'must be an http or https URL'],
    ] as const;
    for (const [content, code, words] of contents) {
      await writeFile(join(cli.folder, '.home/config/longhaul/config.json'), content);
      const env = { LONGHAUL_URL: content.includes('url') ? '' : ` ${api.url} ` };
      expect(await cli.run(['list'], { env })).toMatchObject({
        code,
        stderr: expect.stringContaining(words),
      });
    }
  });
});

function job(status: string, progress: number) {
  return {
    jobId: JOB,
    status,
    progress,
    message: 'Fetching',
    filesProcessed: 0,
    filesSkipped: 0,
    totalFiles: 1,
    bytesProcessed: 0,
    bytesTotal: null,
    etaSeconds: null,
    attempts: 1,
    queuePosition: null,
    createdAt: '2026-11-25T02:52:11.379Z',
    startedAt: null,
    completedAt: null,
    expiresAt: '2026-11-26T02:52:11.379Z',
    nextPollInMs: 10,
    archive: null,
    error: null,
    downloadUrl: null,
    streamUrl: null,
    eventsUrl: null,
  };
}
