import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, startSeaweedFs } from '../support/s3-servers.js';
import { multipartStoreContract } from './multipart-store.contract.js';
import { startS3Store } from './s3-under-test.js';

describeWith(await locateSeaweedFs(), 'S3Upload on SeaweedFs', (program) => {
  multipartStoreContract(async () => {
    const subject = await startS3Store(await startSeaweedFs(program));
    return { ...subject, checks: true, refusesWrongSums: true, copiesLocally: true };
  });
});
