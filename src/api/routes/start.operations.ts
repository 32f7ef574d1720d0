import { z } from 'zod';
import { downloadStatusSchema, startedDownloadSchema } from '../../contract/http/answers.js';
import { initiateSchema, keyHeaderSchema } from '../../contract/http/schemas.js';
import { COMPLETED, REQUEST, STARTED } from '../openapi/examples.js';
import type { Operation } from '../openapi/operation.js';
import { NOT_SIGNED, NOT_STARTED } from '../openapi/shared-errors.js';

/** @param maxFiles maximum number of files of one job. */
export function startOperations(maxFiles: number): Operation[] {
  return [
    {
      id: 'startAndWait',
      method: 'post',
      path: '/v1/download/start',
      tag: 'Downloads',
      summary: 'Starts a job and waits for its end',
      description: 'Waits up to 25 seconds. Use startDownload, then getStatus with waitMs.',
      deprecated: true,
      live: true,
      headers: keyHeaderSchema,
      body: { schema: initiateSchema(maxFiles), example: REQUEST },
      answers: {
        200: {
          description: 'The job has ended',
          schema: downloadStatusSchema,
          example: COMPLETED,
          headers: ['Deprecation', 'Link', 'Location', 'Idempotency-Replayed'],
        },
        202: {
          description:
            'The job is still running. The body is its status, or that of startDownload if the status is unavailable',
          schema: z.union([downloadStatusSchema, startedDownloadSchema]),
          example: STARTED,
          headers: ['Deprecation', 'Link', 'Location', 'Retry-After', 'Idempotency-Replayed'],
        },
      },
      errors: [...NOT_STARTED, ...NOT_SIGNED],
    },
  ];
}
