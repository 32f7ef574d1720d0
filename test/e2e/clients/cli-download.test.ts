import { createHash, randomBytes, randomInt } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { CommandLine } from '../../support/command-line.js';
import { FaultProxy } from '../../support/fault-proxy.js';
import { SLOW_JOB, writeSlowFile } from '../../support/interruptible-job.js';
import { describeWith } from '../../support/require-server.js';
import { Stack } from '../../support/stack.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { readWithPython } from '../../support/unpack.js';
import { waitFor } from '../../support/wait-for.js';

const SIZE = 3_000_000;
const SLOW = String(SLOW_JOB.fileIds[0]);
const PORTRAIT = randomBytes(SIZE);

describeWith(await locateTemporalCli(), 'longhaul download', (temporalCli) => {
  let stack: Stack;
  let proxy: FaultProxy;
  let cli: CommandLine;
  beforeAll(async () => {
    stack = await Stack.start({ temporalCli });
    proxy = await FaultProxy.start(stack.baseUrl);
    await stack.store.write('downloads/70001', Buffer.from('hello'), { metadata: { filename: 'a.txt' } });
    await stack.store.write('downloads/70002', PORTRAIT, { metadata: { filename: 'portrait.bin' } });
    await writeSlowFile(stack.store);
  });
  afterAll(() => Promise.all([stack?.stop(), proxy?.stop()]));
  beforeEach(async () => {
    proxy.reset();
    cli = await CommandLine.create(proxy.url);
  });
  afterEach(() => cli.remove());

  const saved = async (name: string) => readFile(join(cli.folder, name));
  const names = async () => (await readdir(cli.folder)).filter((name) => name !== '.home').toSorted();
  const entriesOf = async (bytes: Buffer, format: 'zip' | 'tar' | 'tar.gz' = 'zip') =>
    (await readWithPython(bytes, format)).map(({ name }) => name);

  it('saves an archive, and prints its path alone', async () => {
    const { code, stdout, stderr } = await cli.run(['download', '70001', '70002', '-o', 'photos.zip']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'photos.zip\n' });
    expect(stderr).toContain('Saving: 100 %');
    expect(stderr).toContain('checksum ok');
    expect(stderr).toMatch(/longhaul fetch [\da-f-]{36}/);
    expect(stderr).not.toContain('\u001B');
    expect(await entriesOf(await saved('photos.zip'))).toEqual(['a.txt', 'portrait.bin']);
    expect(await names()).toEqual(['photos.zip']);
  });

  it('resumes a transfer that is cut ten times', async () => {
    let cuts = 0;
    proxy.fault = ({ method, key }) =>
      method === 'GET' && key.startsWith('objects/') && cuts++ < 10
        ? { bytes: randomInt(1, SIZE / 10), ending: 'cut' }
        : undefined;
    const { code, stdout } = await cli.run(['download', '70002', '-o', 'p.zip', '--json']);
    expect(code).toBe(0);
    const { checksum } = JSON.parse(stdout) as { checksum: string };
    expect(
      `sha256:${createHash('sha256')
        .update(await saved('p.zip'))
        .digest('hex')}`,
    ).toBe(checksum);
    const links = proxy.requests.filter(({ key }) => key.startsWith('objects/')).map(({ key }) => key);
    expect(links).toHaveLength(11);
  });

  it('streams to standard output over broken connections', async () => {
    let cuts = 0;
    proxy.fault = ({ key }) =>
      key.startsWith('objects/') && cuts++ < 3 ? { bytes: 500_000, ending: 'cut' } : undefined;
    const { code, bytes, stderr } = await cli.bytes(['download', '70002', '-o', '-']);
    expect(code).toBe(0);
    expect(stderr).toContain('Trying again');
    expect(await entriesOf(bytes)).toEqual(['portrait.bin']);
  });

  it('starts one job when the answer is lost', async () => {
    let losses = 0;
    proxy.fault = ({ method }) => (method === 'POST' && losses++ < 2 ? 'lose answer' : undefined);
    const { code, stdout } = await cli.run(['start', '70001', '--name', 'once']);
    expect(code).toBe(0);
    expect(proxy.requests.filter(({ method }) => method === 'POST')).toHaveLength(3);
    expect((await stack.waitUntilFinal(stdout.trim())).status).toBe('completed');
  });

  it('chooses the format by the name', async () => {
    const list = '\uFEFF70001\tletters/hello.txt\r\n\r\n70002\r\n';
    const { code } = await cli.run(['download', '-', '-o', 'all.tgz', '-q'], { input: list });
    expect(code).toBe(0);
    expect(await entriesOf(await saved('all.tgz'), 'tar.gz')).toEqual(['letters/hello.txt', 'portrait.bin']);
  });

  it('names skipped files', async () => {
    const args = ['download', '70001', 'gone', '--skip-missing', '--name', 'part', '-q'];
    const { code, stdout, stderr } = await cli.run(args);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'part.zip\n' });
    expect(stderr).toContain('1 file left out');
    expect(stderr).toContain('gone: File gone does not exist.');
  });

  it('tells why a job failed', async () => {
    const { code, stdout, stderr } = await cli.run(['download', '70001', 'gone', '-o', 'x.zip']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('File gone does not exist. (FILE_NOT_FOUND');
    expect(await names()).toEqual([]);
  });

  it.each([
    ['-o', 'photos.zip'],
    ['--name', 'photos'],
    ['--name', 'photos.zip'],
  ])('refuses the existing file of %s %s before starting', async (flag, name) => {
    const args = ['download', '70001', flag, name];
    await writeFile(join(cli.folder, 'photos.zip'), 'mine');
    expect((await cli.run(args)).code).toBe(7);
    expect(proxy.requests).toEqual([]);
    expect((await cli.run([...args, '--force'])).code).toBe(0);
    expect(await entriesOf(await saved('photos.zip'))).toEqual(['a.txt']);
  });

  it('rejoins the job of a killed command', async () => {
    const args = ['download', SLOW, '-o', 'slow.zip', '--timeout', '1s'];
    const first = cli.spawn(args.slice(0, -2));
    await waitFor('the build', () => first.shown().includes('Building'));
    first.child.kill('SIGKILL');
    await first.ended;
    const late = await cli.run(args);
    expect(late).toMatchObject({ code: 6, stderr: expect.stringContaining('Rejoined download') });
    const done = await cli.run([...args.slice(0, -2), '--json']);
    expect(done.code).toBe(0);
    const { jobId } = JSON.parse(done.stdout) as { jobId: string };
    expect(late.stderr).toContain(jobId);
    const another = await cli.run(['start', SLOW, '--name', 'slow', '--new']);
    expect(another.stdout.trim()).not.toBe(jobId);
    expect((await cli.run(['cancel', another.stdout.trim()])).stdout).toBe('cancelled\n');
  });

  it.each([
    ['detaches without a terminal', 'SIGINT', [], 'goes on at the server'],
    ['detaches when it is to end', 'SIGTERM', ['--on-interrupt', 'cancel'], 'goes on at the server'],
    ['cancels on request', 'SIGINT', ['--on-interrupt', 'cancel'], 'Cancelled'],
  ] as const)('%s', async (_, signal, flags, words) => {
    const running = cli.spawn(['download', SLOW, '-o', 'slow.zip', '--new', ...flags]);
    await waitFor('the build', () => running.shown().includes('Building'));
    running.child.kill(signal);
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toContain(words);
    const [jobId] = /[\da-f]{8}-[\da-f-]{27}/.exec(stderr) ?? [];
    if (words === 'Cancelled') expect((await stack.status(jobId!)).status).toBe('cancelled');
    else expect((await stack.post(`/v1/download/cancel/${jobId}`)).status).toBe(200);
  });

  it.each([
    ['detaches by default', '\r', 'goes on at the server'],
    ['detaches when asked twice', '\u0003', 'goes on at the server'],
    ['cancels', 'c', 'Cancelled. Nothing was saved.'],
  ])('asks on a terminal, and %s', async (_, key, words) => {
    const steps = [
      ['Building', '\u0003'],
      ['keep waiting:', 'k'],
      ['Building', '\u0003'],
      ['keep waiting:', key],
    ] as const;
    const { code, stdout } = await cli.onTerminal(['download', SLOW, '-o', 'slow.zip', '--new'], steps);
    expect(code).toBe(130);
    expect(stdout).toContain('\u2588');
    expect(stdout).toContain(words);
    const [jobId] = /[\da-f]{8}-[\da-f-]{27}/.exec(stdout) ?? [];
    await stack.post(`/v1/download/cancel/${jobId}`);
  });

  it('cancels a start whose answer is not there', async () => {
    let posts = 0;
    proxy.fault = ({ method }) => (method === 'POST' && posts++ === 0 ? 'hang' : undefined);
    const args = ['download', SLOW, '-o', 'slow.zip', '--new', '--on-interrupt', 'cancel'];
    const running = cli.spawn(args);
    await waitFor('the start', () => posts > 0);
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringContaining('Cancelled') });
  });

  it('keeps what is saved when it is interrupted', async () => {
    proxy.fault = ({ key }) =>
      key.startsWith('objects/') ? { bytes: 1_000_000, ending: 'silence' } : undefined;
    const running = cli.spawn(['download', '70002', '-o', 'p.zip']);
    await waitFor('the transfer', () => running.shown().includes('Saving'));
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('goes on from here'),
    });
    expect(await names()).toEqual([expect.stringMatching(/^p\.zip\.[\da-f]{12}\.part$/)]);
    proxy.reset();
    expect((await cli.run(['download', '70002', '-o', 'p.zip'])).code).toBe(0);
    expect(await entriesOf(await saved('p.zip'))).toEqual(['portrait.bin']);
    expect(await names()).toEqual(['p.zip']);
  });

  it('takes ten thousand ids', async () => {
    const list = Array.from({ length: 10_000 }, (_, i) => 200_000 + i).join('\n');
    const args = ['download', '--from', '-', '--skip-missing', '-o', 'x.zip'];
    const { code, stderr } = await cli.run(args, { input: list });
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('NO_FILES_AVAILABLE') });
  });
});
