import { describeWith } from '../support/require-server.js';
import { locateVersitygw, startVersitygw } from '../support/s3-servers.js';
import { multipartFaultsContract } from './multipart-faults.contract.js';

describeWith(await locateVersitygw(), 'S3Upload on Versitygw under faults', (program) => {
  // It reports success when the object exists, whoever wrote it.
  multipartFaultsContract(() => startVersitygw(program), { completesUnknownUploads: true });
});
