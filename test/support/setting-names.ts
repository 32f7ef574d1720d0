import { readFileSync } from 'node:fs';

/** Read outside src/config/env.ts: by `@temporalio/envconfig`, by `npm start` and `npm run demo`, and by the command line. */
export const OTHER_SETTINGS = [
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
export function namesInSchema(): string[] {
  const source = readFileSync('src/config/env.ts', 'utf8');
  return [...source.matchAll(/^ +([A-Z][A-Z0-9_]+):/gm)].map(([, name]) => name!);
}
