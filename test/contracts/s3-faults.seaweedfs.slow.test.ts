import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, startSeaweedFs } from '../support/s3-servers.js';
import { s3FaultsContract } from './s3-faults.contract.js';

describeWith(await locateSeaweedFs(), 'S3ObjectStore on SeaweedFs under faults', (program) => {
  s3FaultsContract(() => startSeaweedFs(program), { reportsChecksumType: false });
});
