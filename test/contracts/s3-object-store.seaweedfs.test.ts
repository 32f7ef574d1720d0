import { describe } from '@jest/globals';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, startSeaweedFs } from '../support/s3-servers.js';
import { objectStoreContract } from './object-store.contract.js';
import { s3FaultsContract } from './s3-faults.contract.js';
import { startS3Store } from './s3-under-test.js';

describeWith(await locateSeaweedFs(), 'S3ObjectStore on SeaweedFs', (program) => {
  objectStoreContract(async () => startS3Store(await startSeaweedFs(program), true));
  describe('when something fails', () => {
    s3FaultsContract(() => startSeaweedFs(program), { tellsChecksumType: false });
  });
});
