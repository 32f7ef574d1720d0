import { describeWith } from '../support/require-server.js';
import { locateVersitygw, startVersitygw } from '../support/s3-servers.js';
import { multipartStoreContract } from './multipart-store.contract.js';
import { startS3Store } from './s3-under-test.js';

describeWith(await locateVersitygw(), 'S3Upload on Versitygw', (program) => {
  multipartStoreContract(async () => {
    const subject = await startS3Store(await startVersitygw(program));
    return { ...subject, checks: true, refusesWrongSums: true, copiesLocally: true };
  });
});
