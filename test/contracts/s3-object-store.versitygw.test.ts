import { describeWith } from '../support/require-server.js';
import { locateVersitygw, startVersitygw } from '../support/s3-servers.js';
import { objectStoreContract } from './object-store.contract.js';
import { startS3Store } from './s3-under-test.js';

describeWith(await locateVersitygw(), 'S3ObjectStore on Versitygw', (program) => {
  objectStoreContract(async () => startS3Store(await startVersitygw(program)));
});
