import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { locateChromium, startBrowser } from '../../support/browser.js';
import { freePorts } from '../../../src/dev/processes/free-ports.js';
import { PackedClient } from '../../support/packed-client.js';
import { describeWith } from '../../support/require-server.js';
import { Stack } from '../../support/stack.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { TestServer } from '../../support/test-server.js';
import { readWithPython } from '../../support/unpack.js';
import { waitFor } from '../../support/wait-for.js';

const run = promisify(execFile);
const programs = [await locateTemporalCli(), await locateChromium()];
const KEY = 'key-of-ada-of-the-example';

/** Packages that `npm install` would fetch, besides the packed client. */
const LINKED = [
  'react',
  'react-dom',
  'vite',
  'typescript',
  '@types/react',
  '@types/react-dom',
  '@types/node',
];

describeWith(programs, 'the example in React', (temporalCli, chromium) => {
  let installed: PackedClient;
  let stack: Stack;
  let site: TestServer;
  let browser: Browser;
  let origin: string;

  beforeAll(async () => {
    const [port] = (await freePorts(1)) as [number];
    origin = `http://localhost:${port}`;
    const env = {
      AUTH_MODE: 'api-key',
      API_KEYS: `ada=sha256:${createHash('sha256').update(KEY).digest('hex')}`,
      CORS_ORIGINS: origin,
    };
    [stack, installed, browser] = await Promise.all([
      Stack.start({ temporalCli, env }),
      installExample(),
      startBrowser(chromium),
    ]);
    for (const id of ['70000', '70004', '70011']) {
      await stack.store.write(`downloads/${id}`, Buffer.from(id), { metadata: { filename: `${id}.txt` } });
    }
    await build({ VITE_LONGHAUL_URL: stack.baseUrl });
    const preview = [program('vite/bin/vite.js'), 'preview', installed.folder, `--port=${port}`];
    site = new TestServer(process.execPath, [...preview, '--strictPort'], { LONGHAUL_API_KEY: KEY }, []);
    site.start();
    await waitFor('the site', async () => (await fetch(origin)).ok);
  });
  afterAll(async () => {
    await Promise.all([site?.kill(), stack?.stop(), browser?.close()]);
    await installed?.remove();
  });

  const program = (path: string) => join(installed.folder, 'node_modules', path);
  const build = async (env: Record<string, string> = {}) => {
    const options = { cwd: installed.folder, env: { ...process.env, NODE_ENV: 'production', ...env } };
    await run(process.execPath, [program('typescript/bin/tsc')], options);
    await run(process.execPath, [program('vite/bin/vite.js'), 'build'], options);
  };

  it('downloads from another origin with a token', async () => {
    const page = await browser.newPage();
    await page.goto(origin);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download three samples' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('samples.zip');
    const entries = await readWithPython(await readFile(await download.path()), 'zip');
    expect(entries.map(({ name }) => name)).toEqual(['70000.txt', '70004.txt', '70011.txt']);
    await page.locator('[data-lh-part=list]').getByText('samples.zip').waitFor();
  });

  it('keeps the key out of the built files', async () => {
    const { stdout } = await run('grep', ['-rlF', KEY, 'dist'], { cwd: installed.folder }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });

  it('builds the code of the README', async () => {
    const [, code] = /```tsx\n([^`]+)```/.exec(await readFile('README.md', 'utf8'))!;
    await writeFile(join(installed.folder, 'src/App.tsx'), code!);
    await expect(build()).resolves.toBeUndefined();
  });
});

/** The example with the packed client, and the rest of its packages from here. */
async function installExample(): Promise<PackedClient> {
  const installed = await PackedClient.install();
  await cp('examples/vite-app', installed.folder, { recursive: true });
  await Promise.all(
    LINKED.map(async (name) => {
      const link = join(installed.folder, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(resolve('node_modules', name), link);
    }),
  );
  return installed;
}
