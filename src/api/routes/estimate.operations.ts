import { estimateSchema } from '../../contract/http/answers.js';
import { initiateSchema, keyHeaderSchema } from '../../contract/http/schemas.js';
import { ESTIMATE, REQUEST } from '../openapi/examples.js';
import type { Operation } from '../openapi/operation.js';
import { NOT_LOOKED_UP } from '../openapi/shared-errors.js';

/** @param maxFiles most files of one job. */
export function estimateOperations(maxFiles: number): Operation[] {
  return [
    {
      id: 'estimateDownload',
      method: 'post',
      path: '/v1/download/estimate',
      tag: 'Downloads',
      summary: 'What a job would become',
      description: 'Takes the body of startDownload. Starts and stores nothing. Two at once for each user.',
      headers: keyHeaderSchema,
      body: { schema: initiateSchema(maxFiles), example: REQUEST },
      answers: {
        200: {
          description: 'Files found and missing, and how large the archive can be',
          schema: estimateSchema,
          example: ESTIMATE,
        },
      },
      errors: ['REQUEST_TIMEOUT', ...NOT_LOOKED_UP],
    },
  ];
}
