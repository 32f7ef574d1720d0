import { S3ObjectStore } from '../../src/storage/s3/s3-object-store.js';
import { freePorts } from '../../src/dev/processes/free-ports.js';
import type { S3Server } from '../support/s3-servers.js';
import type { StoreUnderTest } from './object-store.contract.js';

/** Returns the store options for a test server. */
export function optionsOf({ endpoint, region, bucket, accessKeyId, secretAccessKey }: S3Server) {
  return { endpoint, region, bucket, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } };
}

/** Starts the adapter on a dedicated server. */
export async function startS3Store(
  server: S3Server,
  listsByFolder = false,
): Promise<StoreUnderTest & { store: S3ObjectStore }> {
  const store = new S3ObjectStore(optionsOf(server));
  const [closedPort] = await freePorts(1);
  const unreachable = new S3ObjectStore({ ...optionsOf(server), endpoint: `http://127.0.0.1:${closedPort}` });
  return {
    store,
    unreachable,
    secrets: [server.bucket, '127.0.0.1', String(closedPort), server.accessKeyId, 'key-of-it', 'contract/'],
    listsByFolder,
    oddKeys: ['dd//x.txt', '/lead.txt', 'back\\slash', 'control\u0001', 'plus+ &?#%41.txt'],
    stop: async () => {
      store.close();
      unreachable.close();
      await server.stop();
    },
  };
}
