import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** One folder for each release: its histories, and the workflows that wrote them. */
export const HISTORIES = resolve('test/workflows/histories');

const BUNDLE = 'workflow-bundle.js.gz';

/** The SDK refuses a bundle without a source map. The real one is three quarters of the bundle. */
const NO_SOURCES = Buffer.from(JSON.stringify({ version: 3, sources: [], mappings: '' })).toString('base64');

/** Returns paths of all recorded histories, e.g. `0.1.0/completed.json`. */
export function recordedHistories(): string[] {
  const names = readdirSync(HISTORIES, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.json')).toSorted();
}

/** Returns the versions whose workflows are kept, oldest first. */
export function releases(): string[] {
  const names = readdirSync(HISTORIES, { recursive: true, encoding: 'utf8' });
  const versions = names.filter((name) => name.endsWith(BUNDLE)).map((name) => name.split(/[/\\]/)[0]!);
  return versions.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Writes the workflows of a release as a worker reads them. */
function unpackWorkflows(version: string, file: string): void {
  writeFileSync(file, gunzipSync(readFileSync(join(HISTORIES, version, BUNDLE))));
}

/** Copies the built worker, but with the workflows of a release. Returns the program and the folder to remove. */
export async function workerWithWorkflowsOf(version: string): Promise<{ program: string; folder: string }> {
  // Inside the repository, otherwise Node would not find the packages.
  await mkdir('.tools', { recursive: true });
  const folder = await mkdtemp(resolve('.tools', `release-${version}-`));
  const dist = join(folder, 'dist');
  await cp('dist', dist, { recursive: true, filter: (path) => !/^dist[/\\](?:web|bench)/.test(path) });
  await cp('package.json', join(folder, 'package.json'));
  unpackWorkflows(version, join(dist, 'workflow-bundle.js'));
  return { program: join(dist, 'worker.js'), folder };
}

/** Keeps these workflows as those of a release, so that later releases can run beside them. */
export function keepWorkflows(version: string, file: string): void {
  const [code] = readFileSync(file, 'utf8').split('//# sourceMappingURL=data:');
  const bundle = `${code}//# sourceMappingURL=data:application/json;base64,${NO_SOURCES}\n`;
  writeFileSync(join(HISTORIES, version, BUNDLE), gzipSync(bundle, { level: 9 }));
}
