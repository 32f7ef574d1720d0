import { readFileSync } from 'node:fs';
import { type ClientConfigProfile, loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { presentOf, SettingsError } from '../config/env.js';
import { readTlsFiles } from './tls-files.js';

/** Connection options for client and worker. */
export type TemporalConnection = ClientConnectConfig & { namespace: string };

type ClientConnectConfig = ReturnType<typeof toClientOptions>;

/** Text that a gRPC header may contain: ASCII-Value in the gRPC specification. */
const HEADER_TEXT = /^[\x20-\x7e]*$/;

const HOST_AND_PORT = /^(?:[^\s/:]+|\[[0-9a-f:.]+\]):(\d{1,5})$/i;

/** Values that Temporal recognizes. It would read any other value as false. */
const FLAG = /^(?:true|false|1|0)$/;
const FLAGS = ['TEMPORAL_TLS', 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'];

/**
 * Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS* and Temporal's own configuration file.
 * An empty value counts as absent.
 * @throws SettingsError for an invalid value. That includes text that a header cannot contain: each call would fail
 * with the secret in its message.
 */
export function temporalConnection(): TemporalConnection {
  const env = presentOf();
  const invalidFlags = FLAGS.filter((name) => !FLAG.test(env[name] ?? 'false'));
  if (invalidFlags.length > 0)
    throw new SettingsError(invalidFlags.map((name) => `${name} must be true or false`));
  const config = load(env);
  const { address = '', apiKey, metadata = {} } = config.connectionOptions;
  const headers = {
    TEMPORAL_API_KEY: apiKey,
    ...Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [`The gRPC header ${name}`, value]),
    ),
  };
  const problems = Object.entries(headers)
    .filter(([, value]) => typeof value === 'string' && !HEADER_TEXT.test(value))
    .map(([name]) => `${name} must contain only printable ASCII characters`);
  if (address && !isHostAndPort(address))
    problems.push('TEMPORAL_ADDRESS must be host:port, without a scheme');
  if (problems.length > 0) throw new SettingsError(problems);
  return { ...config, namespace: config.namespace ?? 'default' };
}

function load(env: Record<string, string>): ClientConnectConfig {
  const profile = profileOf(env);
  return toClientOptions(profile.tls ? { ...profile, tls: readTlsFiles(profile.tls, env) } : profile);
}

function profileOf(env: Record<string, string>): ClientConfigProfile {
  const file = env['TEMPORAL_CONFIG_FILE'];
  try {
    // The loader ignores a missing file, and its other errors name no setting.
    if (file !== undefined) readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SettingsError([`TEMPORAL_CONFIG_FILE cannot be read (${code}): correct its path`]);
  }
  try {
    return loadClientConfigProfile({ overrideEnvVars: env });
  } catch (error) {
    // A configuration file or profile is missing or inconsistent. Further lines would quote the file.
    const [reason] = (error as Error).message.split('\n');
    throw new SettingsError([`TEMPORAL_* settings are invalid: ${reason}`]);
  }
}

function isHostAndPort(address: string): boolean {
  const port = Number(HOST_AND_PORT.exec(address)?.[1]);
  return port >= 1 && port <= 65_535;
}
