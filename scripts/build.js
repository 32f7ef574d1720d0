import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

/**
 * Compiles the sources, bundles the workflows and builds the page; production, `npm start` and the tests share the results.
 * The steps run in parallel from the sources, because this time counts toward the first start.
 */

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const bundle = path('../dist/workflow-bundle.js');
const page = path('../dist/web/index.html');

/** Returns the newest modification time in these files and folders; 0 for missing ones. */
async function newest(...paths) {
  const times = await Promise.all(
    paths.map(async (entry) => {
      const info = await stat(entry).catch(() => undefined);
      if (!info?.isDirectory()) return info?.mtimeMs ?? 0;
      return newest(...(await readdir(entry)).map((name) => `${entry}/${name}`));
    }),
  );
  return Math.max(0, ...times);
}

/** Runs the TypeScript compiler. Returns its exit code. */
async function tsc(...args) {
  const compiler = path('../node_modules/typescript/bin/tsc');
  const [code] = await once(spawn(process.execPath, [compiler, ...args], { stdio: 'inherit' }), 'exit');
  return code ?? 1;
}

/** Compiles the clients, and then the server, whose development commands use them. Returns the exit code. */
async function compile() {
  return (await tsc('-b', path('../clients'))) || tsc('-p', path('../tsconfig.build.json'));
}

/** Bundles the workflows, unless the bundle is newer than its sources. */
async function bundleWorkflows() {
  const sources = await newest(
    path('../src/workflows'),
    path('../src/contract'),
    path('../package-lock.json'),
  );
  if ((await newest(bundle)) > sources) return;
  const quiet = { trace() {}, debug() {}, info() {}, log() {}, warn: console.warn, error: console.error };
  const { code } = await bundleWorkflowCode({
    workflowsPath: path('../src/workflows/index.ts'),
    workflowInterceptorModules: [path('../src/workflows/tracing.ts')],
    // Sources import `./x.js`, the emitted name; the bundler must read `./x.ts`.
    webpackConfigHook: (config) => ({
      ...config,
      resolve: { ...config.resolve, extensionAlias: { '.js': ['.ts', '.js'] } },
    }),
    logger: quiet,
  });
  await mkdir(path('../dist'), { recursive: true });
  await writeFile(bundle, code);
}

/** Builds the page, unless it is newer than its sources. */
async function buildPage() {
  const folders = ['../web', '../clients/src', '../clients/styles.css', '../package-lock.json'];
  if ((await newest(page)) > (await newest(...folders.map(path)))) return;
  // Otherwise NODE_ENV=development, a setting of the API, would build a slow and large page.
  process.env.NODE_ENV = 'production';
  // Loaded only when needed, because loading takes as long as a check of all sources.
  const { build } = await import('vite');
  await build({ configFile: path('../web/vite.config.ts'), logLevel: 'warn' });
}

const [code] = await Promise.all([compile(), bundleWorkflows(), buildPage()]);
process.exitCode = code;
