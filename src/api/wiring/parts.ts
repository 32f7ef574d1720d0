import { randomBytes } from 'node:crypto';
import { ensureDataFolder } from '../../config/data-folder.js';
import { type Settings, SettingsError, loadTogether } from '../../config/env.js';
import { assertFilesFolder } from '../../config/files-folder.js';
import { buildInfo, versionOf } from '../../runtime/build-info.js';
import { loadPersistentSecret } from '../../secrets/persistent-secret.js';
import type { SigningSecrets } from '../../secrets/signed-token.js';
import { createApiStores } from '../../storage/create-store.js';
import { storeObservers } from '../../storage/store-observer.js';
import { createServiceLogger } from '../../telemetry/logger.js';
import { API_METRICS } from '../../telemetry/metrics/api-metrics.js';
import { observe } from '../../telemetry/metrics/observe.js';
import { createTracing } from '../../telemetry/tracing/create-tracing.js';
import { ApiKeysError } from '../auth/api-keys.js';
import { createAuthenticator } from '../auth/create-authenticator.js';

export const SERVICE = 'longhaul-api';

/** The parts of an API server that need no connection. */
export type ApiParts = Awaited<ReturnType<typeof loadParts>>;

/**
 * Creates the parts that settings, files and folders determine.
 * @throws {SettingsError} with all problems together.
 */
export async function loadParts(settings: Settings) {
  const logger = createServiceLogger({ ...settings.log, version: versionOf() }, SERVICE);
  const observed = settings.metrics.port === undefined ? undefined : observe(API_METRICS, buildInfo());
  const tracing = await createTracing(settings.tracing, { service: SERVICE, version: versionOf() }, logger);
  const observer = storeObservers(observed?.store, tracing?.storeRequest.bind(tracing));
  const folder =
    settings.store.kind === 'file' ? ensureDataFolder(settings.store.dataDir) : Promise.resolve();
  const [{ store, links }, ticketSecrets, authenticator] = await loadTogether(
    folder.then(() => createApiStores(settings.store, settings.http.publicUrl, observer)),
    folder.then(() => ticketSecretsOf(settings)),
    createAuthenticator(settings.auth, logger).catch((error: unknown) => {
      throw error instanceof ApiKeysError ? new SettingsError(error.problems) : error;
    }),
    assertFilesFolder(settings),
  );
  return { settings, store, links, ticketSecrets, authenticator, logger, observed, tracing };
}

async function ticketSecretsOf({ auth: { streamTicketSecrets }, store }: Settings): Promise<SigningSecrets> {
  const [first = await ticketSecretOf(store), ...older] = streamTicketSecrets;
  return [first, ...older];
}

/** Servers that share a data folder share its secret. With S3 the secret is per process, which works for one server only. */
async function ticketSecretOf({ kind, dataDir }: Settings['store']): Promise<string> {
  return kind === 'file'
    ? loadPersistentSecret(dataDir, 'stream-ticket-secret')
    : randomBytes(32).toString('base64url');
}
