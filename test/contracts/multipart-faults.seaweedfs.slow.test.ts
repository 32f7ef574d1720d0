import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, startSeaweedFs } from '../support/s3-servers.js';
import { multipartFaultsContract } from './multipart-faults.contract.js';

describeWith(await locateSeaweedFs(), 'S3Upload on SeaweedFs under faults', (program) => {
  multipartFaultsContract(() => startSeaweedFs(program), { completesUnknownUploads: false });
});
