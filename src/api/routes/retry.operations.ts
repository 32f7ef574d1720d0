import { startedDownloadSchema } from '../../contract/http/answers.js';
import { STARTED } from '../openapi/examples.js';
import type { Operation } from '../openapi/operation.js';
import { NOT_SIGNED } from '../openapi/shared-errors.js';

export const RETRY_OPERATIONS: Operation[] = [
  {
    id: 'retryDownload',
    method: 'post',
    path: '/v1/download/retry/:jobId',
    tag: 'Downloads',
    summary: 'Starts a failed, cancelled or expired job again',
    description:
      'The same request under the same job id. Safe to repeat: while the run of a retry has not ended, another retry ' +
      'gets 202 with Idempotency-Replayed. A job that runs for another reason, or is complete, is a 409 with its ' +
      'status in `job`.',
    live: true,
    answers: {
      202: {
        description: 'Accepted',
        schema: startedDownloadSchema,
        example: STARTED,
        headers: ['Location', 'Retry-After', 'Idempotency-Replayed'],
      },
    },
    errors: ['JOB_NOT_RETRYABLE', 'JOB_ENDING', 'TOO_MANY_JOBS', ...NOT_SIGNED],
  },
];
