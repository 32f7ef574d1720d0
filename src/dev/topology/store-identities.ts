import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

/** Starts SeaweedFS with the identities, and passes its arguments on. Runs with `/bin/sh`. */
export const START_STORE = fileURLToPath(new URL('../../../deploy/seaweedfs/start.sh', import.meta.url));

/** One key of the store. */
interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** The key of each part. `owner` may do everything, the others what the policies in `deploy/seaweedfs` say. */
export interface StoreIdentities {
  owner: Keys;
  reader: Keys;
  signer: Keys;
  worker: Keys;
}

/** Returns new keys. */
export function newIdentities(): StoreIdentities {
  return {
    owner: newKeys('owner'),
    reader: newKeys('reader'),
    signer: newKeys('signer'),
    worker: newKeys('worker'),
  };
}

function newKeys(name: string): Keys {
  return { accessKeyId: `longhaul-${name}`, secretAccessKey: randomBytes(20).toString('hex') };
}

/**
 * Returns the environment of `START_STORE`.
 * @param weed path of the program.
 * @param config file that it writes.
 */
export function storeEnvironment(
  { owner, reader, signer, worker }: StoreIdentities,
  { weed, config, bucket }: { weed: string; config: string; bucket: string },
): Record<string, string> {
  return {
    WEED: weed,
    S3_CONFIG: config,
    S3_BUCKET: bucket,
    OWNER_KEYS: pairOf(owner),
    READER_KEYS: pairOf(reader),
    SIGNER_KEYS: pairOf(signer),
    WORKER_KEYS: pairOf(worker),
  };
}

function pairOf({ accessKeyId, secretAccessKey }: Keys): string {
  return `${accessKeyId}:${secretAccessKey}`;
}

/** Returns the settings of an API server: one key that reads, and one that signs links. */
export function apiKeySettings({ reader, signer }: StoreIdentities): Record<string, string> {
  return {
    S3_ACCESS_KEY_ID: reader.accessKeyId,
    S3_SECRET_ACCESS_KEY: reader.secretAccessKey,
    S3_SIGN_ACCESS_KEY_ID: signer.accessKeyId,
    S3_SIGN_SECRET_ACCESS_KEY: signer.secretAccessKey,
  };
}

/** Returns the settings of a worker. */
export function workerKeySettings({ worker }: StoreIdentities): Record<string, string> {
  return { S3_ACCESS_KEY_ID: worker.accessKeyId, S3_SECRET_ACCESS_KEY: worker.secretAccessKey };
}
