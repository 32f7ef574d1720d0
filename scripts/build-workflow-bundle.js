import { readdir, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

/** Bundles the compiled workflows once, for production, the embedded stack and the tests alike. */

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

// The compiler leaves files alone that did not change, so an older bundle is the same as a new one.
const sources = await newest(
  path('../dist/workflows'),
  path('../dist/contract'),
  path('../package-lock.json'),
);
if ((await newest(bundle)) <= sources) {
  const quiet = { trace() {}, debug() {}, info() {}, log() {}, warn: console.warn, error: console.error };
  const { code } = await bundleWorkflowCode({
    workflowsPath: path('../dist/workflows/index.js'),
    logger: quiet,
  });
  await writeFile(bundle, code);
}
