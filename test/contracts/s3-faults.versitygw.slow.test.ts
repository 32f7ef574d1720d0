import { describeWith } from '../support/require-server.js';
import { locateVersitygw, startVersitygw } from '../support/s3-servers.js';
import { s3FaultsContract } from './s3-faults.contract.js';

describeWith(await locateVersitygw(), 'S3ObjectStore on Versitygw under faults', (program) => {
  s3FaultsContract(() => startVersitygw(program), { reportsChecksumType: true });
});
