import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

/**
 * Compiles everything, and bundles the workflows once for production, the embedded stack and the tests alike. Both at
 * the same time, each from the sources: whoever tries Longhaul for the first time waits for this.
 */

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const bundle = path('../dist/workflow-bundle.js');

/** When the newest of these files and folders was written; 0 for what is not there. */
async function newest(...places) {
  const times = await Promise.all(
    places.map(async (place) => {
      const info = await stat(place).catch(() => undefined);
      if (!info?.isDirectory()) return info?.mtimeMs ?? 0;
      return newest(...(await readdir(place)).map((name) => `${place}/${name}`));
    }),
  );
  return Math.max(0, ...times);
}

/** Exit code of the compiler. */
async function compile() {
  const compiler = path('../node_modules/typescript/bin/tsc');
  const child = spawn(process.execPath, [compiler, '-p', path('../tsconfig.build.json')], {
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

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
    // Sources import each other as `./x.js`, the name TypeScript emits; here the `.ts` file is meant.
    webpackConfigHook: (config) => ({
      ...config,
      resolve: { ...config.resolve, extensionAlias: { '.js': ['.ts', '.js'] } },
    }),
    logger: quiet,
  });
  await mkdir(path('../dist'), { recursive: true });
  await writeFile(bundle, code);
}

const [code] = await Promise.all([compile(), bundleWorkflows()]);
// The compiler makes no program of it, and npm would do so on installation only.
if (code === 0) await chmod(path('../dist/cli/admin.js'), 0o755);
process.exitCode = code;
