import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Runs `npm ci` if node_modules does not match package-lock.json, so that `npm start` and `npm test` work on a fresh
 * clone and after a pull. Uses only Node, because it runs before any dependency is installed.
 */

const root = new URL('../', import.meta.url);

/** Returns the packages of a lockfile by path, or undefined if the file is missing or broken. */
function packagesIn(path) {
  try {
    return JSON.parse(readFileSync(new URL(path, root), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Compares the lockfile with the record that npm keeps in node_modules. Compares versions instead of modification times,
 * because a copy of node_modules or a git checkout changes the times.
 */
function isUpToDate() {
  const wanted = packagesIn('package-lock.json');
  const installed = packagesIn('node_modules/.package-lock.json');
  if (!wanted) return true;
  if (!installed) return false;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    // npm skips optional packages of other platforms.
    return installed[path] ? installed[path].version === version : optional === true;
  });
}

if (!isUpToDate()) {
  console.log('Installing dependencies…');
  // --include=dev, because the build needs the compiler even if NODE_ENV is production.
  const { status, signal, error } = spawnSync('npm ci --include=dev', {
    cwd: root,
    shell: true,
    stdio: 'inherit',
  });
  if (status !== 0) {
    const reason = error?.message ?? signal ?? `exit code ${status}`;
    console.error(`npm ci failed (${reason}). Fix the error above, then try again.`);
    process.exitCode = 1;
  }
}
