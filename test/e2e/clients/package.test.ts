import { execFile } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
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

/** Bytes of the parts, without React and the client. */
const MAX_REACT_BYTES = 16_000;

/** Bytes of the style sheet, as it is. */
const MAX_STYLE_BYTES = 8_192;

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

/** Uses the parts as an application would. */
const COMPONENTS = `
import { LonghaulClient } from 'longhaul/client';
import {
  DownloadButton, DownloadDrawer, DownloadList, DownloadManager, DownloadModal, DownloadProgress, DownloadToasts,
  LonghaulProvider, plural, useDownload, useDownloads, useDownloadUi, useStartDownload,
} from 'longhaul/react';

const client = new LonghaulClient({ baseUrl: 'https://downloads.example' });
const messages = { files: (count: number, locale: string) => plural(count, { one: 'photo', other: 'photos' }, locale) };

function Report({ id }: { id: string }) {
  const { start, current, isLoading, error } = useStartDownload();
  const { downloads, jobs, startDownload } = useDownloads();
  const { shown, show, minimise, drawerOpen, setDrawerOpen } = useDownloadUi();
  const state: string | undefined = useDownload(id)?.state ?? current?.state ?? jobs.get(id)?.state;
  return (
    <button disabled={isLoading} onClick={() => show(start({ fileIds: [1] }).id)} onBlur={minimise}>
      {state} {(error ?? current?.error)?.message} {downloads.length} {shown} {drawerOpen}
      <a onClick={() => setDrawerOpen(startDownload([1]).saved)} />
    </button>
  );
}

export const app = (
  <LonghaulProvider client={client} user="ada" messages={messages} locale="de" autoSave title>
    <DownloadButton request={{ fileIds: [1] }} modal={false} className="mine">Download</DownloadButton>
    <DownloadButton request={{ fileIds: [1] }}>{(download) => download?.progress ?? 'Download'}</DownloadButton>
    <DownloadModal>{(download) => <p>{download.name}</p>}</DownloadModal>
    <DownloadToasts title="Preparing your metrics…" />
    <DownloadDrawer /> <DownloadList /> <DownloadManager /> <DownloadProgress id="key" /> <Report id="key" />
    {/* @ts-expect-error -- a request is needed */}
    <DownloadButton />
  </LonghaulProvider>
);
`;

describe('the package', () => {
  let installed: PackedClient;
  let folder: string;

  beforeAll(async () => {
    installed = await PackedClient.install();
    ({ folder } = installed);
    await writeFile(join(folder, 'application.ts'), APPLICATION);
    await writeFile(join(folder, 'components.tsx'), COMPONENTS);
  });
  afterAll(() => installed?.remove());

  it('has no fault that publint knows', async () => {
    const { messages } = await publint({ pkgDir: resolve('clients'), strict: true });
    expect(messages).toEqual([]);
  });

  it('resolves its types under every module resolution', async () => {
    const attw = resolve('node_modules/@arethetypeswrong/cli/dist/index.js');
    // A style sheet has no types.
    const excluded = ['--exclude-entrypoints', './styles.css'];
    const args = [attw, installed.tarball, '--profile', 'esm-only', '--format', 'json', ...excluded];
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
      jsx: 'react-jsx',
      // React is a peer, which the project has not installed.
      paths: {
        react: [resolve('node_modules/@types/react/index.d.ts')],
        'react/jsx-runtime': [resolve('node_modules/@types/react/jsx-runtime.d.ts')],
      },
      ...settings,
    };
    const config = { compilerOptions, files: ['application.ts', 'components.tsx'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder]);
    expect(await tsc.catch((error: { stdout: string }) => error.stdout)).toEqual({ stdout: '', stderr: '' });
  });

  it.each([
    ['longhaul/client', [], MAX_CLIENT_BYTES],
    ['longhaul/react', ['react', 'react/jsx-runtime', '../client/*', '../../client/*'], MAX_REACT_BYTES],
  ])('%s fits the budget of a page', async (entry, external, maxBytes) => {
    const { outputFiles } = await build({
      stdin: { contents: `export * from '${entry}'`, resolveDir: folder },
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      external,
      write: false,
    });
    expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).length).toBeLessThanOrEqual(maxBytes);
  });

  it('has styles within their budget', async () => {
    const { size } = await stat(join(folder, 'node_modules/longhaul/styles.css'));
    expect(size).toBeLessThanOrEqual(MAX_STYLE_BYTES);
  });
});
