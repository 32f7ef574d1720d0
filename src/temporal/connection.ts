import { loadClientConnectConfig } from '@temporalio/envconfig';
import { SettingsError } from '../config/env.js';

/** Where Temporal is, for client and worker connections alike. */
export type TemporalConnection = ReturnType<typeof loadClientConnectConfig>;

/** What a header of gRPC may hold as text: its specification calls it ASCII-Value. */
const HEADER_TEXT = /^[\x20-\x7e]*$/;

/**
 * Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS* and Temporal's own configuration file.
 * @throws SettingsError for what no header may hold: sending it would fail each call, with the secret in the message.
 */
export function temporalConnection(): TemporalConnection & { namespace: string } {
  const config = loadClientConnectConfig();
  const { apiKey, metadata = {} } = config.connectionOptions;
  const sent = {
    TEMPORAL_API_KEY: apiKey,
    ...Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [`The gRPC header ${name}`, value]),
    ),
  };
  const problems = Object.entries(sent)
    .filter(([, value]) => typeof value === 'string' && !HEADER_TEXT.test(value))
    .map(([name]) => `${name} must have printable ASCII characters only`);
  if (problems.length > 0) throw new SettingsError(problems);
  return { ...config, namespace: config.namespace ?? 'default' };
}
