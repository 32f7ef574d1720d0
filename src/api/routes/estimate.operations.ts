import { estimateSchema } from '../../contract/http/answers.js';
import { initiateSchema, keyHeaderSchema } from '../../contract/http/schemas.js';
import { ESTIMATE, REQUEST } from '../openapi/examples.js';
import type { Operation } from '../openapi/operation.js';
import { NOT_LOOKED_UP } from '../openapi/shared-errors.js';

/** @param maxFiles maximum number of files of one job. */
export function estimateOperations(maxFiles: number): Operation[] {
  return [
    {
      id: 'estimateDownload',
      method: 'post',
      path: '/v1/download/estimate',
      tag: 'Downloads',
      summary: 'Estimates a download without starting it',
      description:
        'Takes the body of startDownload and stores nothing. Each user may run two estimates at once.',
      headers: keyHeaderSchema,
      body: { schema: initiateSchema(maxFiles), example: REQUEST },
      answers: {
        200: {
          description: 'The files found and missing, and the maximum size of the archive',
          schema: estimateSchema,
          example: ESTIMATE,
        },
      },
      errors: ['FILE_LIST_TOO_LARGE', 'REQUEST_TIMEOUT', ...NOT_LOOKED_UP],
    },
  ];
}
