import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Version of the service, and a hash of the workflow code beside it. */
export interface BuildInfo {
  version: string;
  /** `none` when the workflows are not built. */
  workflowBundle: string;
}

export function buildInfo(): BuildInfo {
  return { version: versionOf(), workflowBundle: bundleHash() };
}

/** Returns the version in package.json. */
export function versionOf(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function bundleHash(): string {
  try {
    const code = readFileSync(new URL('../workflow-bundle.js', import.meta.url));
    return createHash('sha256').update(code).digest('hex').slice(0, 12);
  } catch {
    return 'none';
  }
}
