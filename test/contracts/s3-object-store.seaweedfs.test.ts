import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, startSeaweedFs } from '../support/s3-servers.js';
import { objectStoreContract } from './object-store.contract.js';
import { startS3Store } from './s3-under-test.js';

describeWith(await locateSeaweedFs(), 'S3ObjectStore on SeaweedFs', (program) => {
  objectStoreContract(async () => startS3Store(await startSeaweedFs(program), true));
});
