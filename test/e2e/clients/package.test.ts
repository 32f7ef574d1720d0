import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { publint } from 'publint';
import { PackedClient } from '../../support/packed-client.js';

const run = promisify(execFile);

/** Bytes of the client with its store, bundled, minified and compressed. */
const MAX_CLIENT_BYTES = 9_000;

/** Uses the public types as an application would. */
const APPLICATION = `
import { createDownloads, type DownloadStatus, LonghaulClient, LonghaulError } from 'longhaul/client';
import { downloadOptions } from 'longhaul/query';

const client = new LonghaulClient({ baseUrl: 'https://downloads.example', token: async () => 'key' });
export const downloads = createDownloads(client);
export async function archiveOf(fileIds: number[]): Promise<string> {
  const { jobId } = await client.start({ fileIds, archive: { format: 'tar.gz' } });
  for await (const status of client.watch(jobId)) if (status.status === 'completed') break;
  for await (const { name } of client.files({ query: 'report' })) if (name === 'x') break;
  const { items } = await client.list({ status: 'active' });
  const last: DownloadStatus | undefined = items[0];
  if (last?.error) throw new LonghaulError(last.error.code, last.error.message);
  return client.downloadUrl(jobId);
}
export const options = downloadOptions(client, 'job');
// @ts-expect-error -- formats are known
void client.start({ fileIds: [70_000], archive: { format: 'rar' } });
`;

describe('the package', () => {
  let installed: PackedClient;
  let folder: string;

  beforeAll(async () => {
    installed = await PackedClient.install();
    ({ folder } = installed);
    await writeFile(join(folder, 'application.ts'), APPLICATION);
  });
  afterAll(() => installed?.remove());

  it('has no fault that publint knows', async () => {
    const { messages } = await publint({ pkgDir: resolve('clients'), strict: true });
    expect(messages).toEqual([]);
  });

  it('resolves its types under every module resolution', async () => {
    const attw = resolve('node_modules/@arethetypeswrong/cli/dist/index.js');
    const args = [attw, installed.tarball, '--profile', 'esm-only', '--format', 'json'];
    const { stdout } = await run(process.execPath, args);
    expect(JSON.parse(stdout)).toMatchObject({ problems: {} });
  });

  it('installs without any other package', async () => {
    const { stdout } = await run('npm', ['ls', '--all', '--json'], { cwd: folder });
    expect(Object.keys((JSON.parse(stdout) as { dependencies: object }).dependencies)).toEqual(['longhaul']);
    const { stdout: version } = await run('npx', ['--offline', 'longhaul', '--version'], { cwd: folder });
    expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    ['a bundler', { module: 'esnext', moduleResolution: 'bundler', lib: ['ES2023', 'DOM'] }],
    ['Node', { module: 'node16', moduleResolution: 'node16', lib: ['ES2023'], types: ['node'] }],
  ])('compiles in a strict application for %s', async (_, settings) => {
    const typeRoots = [resolve('node_modules/@types')];
    const compilerOptions = {
      target: 'ES2022',
      strict: true,
      noEmit: true,
      types: [],
      typeRoots,
      ...settings,
    };
    const config = { compilerOptions, files: ['application.ts'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder]);
    expect(await tsc.catch((error: { stdout: string }) => error.stdout)).toEqual({ stdout: '', stderr: '' });
  });

  it('fits the budget of a page', async () => {
    const { outputFiles } = await build({
      stdin: { contents: "export * from 'longhaul/client'", resolveDir: folder },
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      write: false,
    });
    expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).length).toBeLessThanOrEqual(MAX_CLIENT_BYTES);
  });
});
