import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { readDocument } from './markdown.js';

/** Read outside src/config/env.ts: by `@temporalio/envconfig`, by `npm start` and `npm run demo`, and by the command line. */
const OTHERS = [
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_API_KEY',
  'TEMPORAL_TLS',
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  'TEMPORAL_TLS_SERVER_NAME',
  'TEMPORAL_CLI_PATH',
  'DEMO_MEGABYTES',
  'DEMO_SECONDS',
  'LONGHAUL_URL',
  'LONGHAUL_API_KEY',
  'LONGHAUL_TOKEN',
];

/** The names in the schema of src/config/env.ts. */
function namesInSchema(): string[] {
  const source = readFileSync('src/config/env.ts', 'utf8');
  return [...source.matchAll(/^ +([A-Z][A-Z0-9_]+):/gm)].map(([, name]) => name!);
}

/** The names in the first column of the tables of docs/settings.md. */
function documentedNames(): string[] {
  const rows = readDocument('docs/settings.md').matchAll(/^\|([^|]*)\|/gm);
  return [...rows].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name]) => name!),
  );
}

describe('docs/settings.md', () => {
  it('names every setting once, and no other', () => {
    expect(documentedNames().toSorted()).toEqual([...namesInSchema(), ...OTHERS].toSorted());
  });

  it('compares with a schema that was found', () => {
    expect(namesInSchema()).toEqual(expect.arrayContaining(['NODE_ENV', 'PORT', 'S3_BUCKET_NAME']));
  });
});
