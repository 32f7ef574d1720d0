import { loadClientConnectConfig } from '@temporalio/envconfig';
import { presentOf, SettingsError } from '../config/env.js';

/** Where Temporal is, for client and worker connections alike. */
export type TemporalConnection = ClientConnectConfig & { namespace: string };

type ClientConnectConfig = ReturnType<typeof loadClientConnectConfig>;

/** What a header of gRPC may hold as text: its specification calls it ASCII-Value. */
const HEADER_TEXT = /^[\x20-\x7e]*$/;

const HOST_AND_PORT = /^(?:[^\s/:]+|\[[0-9a-f:.]+\]):(\d{1,5})$/i;

/** As Temporal reads them; what it does not know it takes for false. */
const FLAG = /^(?:true|false|1|0)$/;
const FLAGS = ['TEMPORAL_TLS', 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'];

/**
 * Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS* and Temporal's own configuration file.
 * An empty value counts as absent.
 * @throws SettingsError for what cannot be used; also for what no header may hold: sending it would fail each call, with
 * the secret in the message.
 */
export function temporalConnection(): TemporalConnection {
  const env = presentOf();
  const wrongFlags = FLAGS.filter((name) => !FLAG.test(env[name] ?? 'false'));
  if (wrongFlags.length > 0)
    throw new SettingsError(wrongFlags.map((name) => `${name} must be true or false`));
  const config = load(env);
  const { address = '', apiKey, metadata = {} } = config.connectionOptions;
  const sent = {
    TEMPORAL_API_KEY: apiKey,
    ...Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [`The gRPC header ${name}`, value]),
    ),
  };
  const problems = Object.entries(sent)
    .filter(([, value]) => typeof value === 'string' && !HEADER_TEXT.test(value))
    .map(([name]) => `${name} must have printable ASCII characters only`);
  if (address && !isHostAndPort(address))
    problems.push('TEMPORAL_ADDRESS must be host:port, without a scheme');
  if (problems.length > 0) throw new SettingsError(problems);
  return { ...config, namespace: config.namespace ?? 'default' };
}

function load(env: Record<string, string>): ClientConnectConfig {
  try {
    return loadClientConnectConfig({ overrideEnvVars: env });
  } catch (error) {
    // Of files and profiles that are not there, or contradict each other.
    throw new SettingsError([`TEMPORAL_* cannot be used: ${(error as Error).message}`]);
  }
}

function isHostAndPort(address: string): boolean {
  const port = Number(HOST_AND_PORT.exec(address)?.[1]);
  return port >= 1 && port <= 65_535;
}
