import { loadClientConnectConfig } from '@temporalio/envconfig';

/** Where Temporal is, for client and worker connections alike. */
export type TemporalConnection = ReturnType<typeof loadClientConnectConfig>;

/** Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS* and Temporal's own configuration file. */
export function temporalConnection(): TemporalConnection & { namespace: string } {
  const config = loadClientConnectConfig();
  return { ...config, namespace: config.namespace ?? 'default' };
}
