import {
  checkedFileSchema,
  downloadStatusSchema,
  filesPageSchema,
  startedDownloadSchema,
} from '../../contract/http/answers.js';
import {
  checkSchema,
  filesQuerySchema,
  initiateSchema,
  keyHeaderSchema,
  preferHeaderSchema,
  waitQuerySchema,
} from '../../contract/http/schemas.js';
import { CANCELLED, FILES, REQUEST, STARTED, STATUS } from '../openapi/examples.js';
import type { Operation } from '../openapi/operation.js';
import { NOT_LOOKED_UP, NOT_SIGNED, NOT_STARTED } from '../openapi/shared-errors.js';

const TAG = 'Downloads';

/** What the id of a job is good for. */
export const JOB_LINKS = [
  'getStatus',
  'getJob',
  'getArchive',
  'listOutcomes',
  'cancelDownload',
  'streamEvents',
] as const;

/** @param maxFiles most files of one job. */
export function downloadOperations(maxFiles: number): Operation[] {
  return [
    {
      id: 'startDownload',
      method: 'post',
      path: '/v1/download/initiate',
      tag: TAG,
      summary: 'Starts a job',
      description:
        'Files come in exactly one of fileIds, file_ids, fileId, file_id and files. Under an idempotency key the job is started once, however often it is asked for.',
      live: true,
      headers: keyHeaderSchema,
      body: { schema: initiateSchema(maxFiles), example: REQUEST },
      answers: {
        202: {
          description: 'Accepted, or accepted before under the same key',
          schema: startedDownloadSchema,
          example: STARTED,
          headers: ['Location', 'Retry-After', 'Idempotency-Replayed'],
          links: { from: 'jobId', to: JOB_LINKS },
        },
      },
      errors: NOT_STARTED,
    },
    {
      id: 'getStatus',
      method: 'get',
      path: '/v1/download/status/:jobId',
      tag: TAG,
      summary: 'State of a job',
      description: 'At once, or when something has changed: see waitMs and Prefer.',
      live: true,
      query: waitQuerySchema,
      headers: preferHeaderSchema,
      answers: {
        200: {
          description: 'The job now',
          schema: downloadStatusSchema,
          example: STATUS,
          headers: ['Preference-Applied'],
        },
      },
      errors: NOT_SIGNED,
    },
    {
      id: 'getArchive',
      method: 'get',
      path: '/v1/download/:jobId',
      tag: TAG,
      summary: 'The archive',
      live: true,
      answers: {
        302: { description: 'A fresh signed link, in Location', headers: ['Location'] },
      },
      errors: ['JOB_NOT_READY', 'JOB_EXPIRED', ...NOT_SIGNED],
    },
    {
      id: 'cancelDownload',
      method: 'post',
      path: '/v1/download/cancel/:jobId',
      tag: TAG,
      summary: 'Cancels a job',
      description: 'Idempotent.',
      live: true,
      answers: {
        200: { description: 'Cancelled, or about to be', schema: downloadStatusSchema, example: CANCELLED },
      },
      errors: ['JOB_ALREADY_FINISHED', ...NOT_SIGNED],
    },
    {
      id: 'listOutcomes',
      method: 'get',
      path: '/v1/download/:jobId/files',
      tag: TAG,
      summary: 'What became of each file',
      live: true,
      query: filesQuerySchema,
      answers: {
        200: { description: 'A page of the files in their order', schema: filesPageSchema, example: FILES },
      },
      errors: ['JOB_EXPIRED', 'FILE_FORBIDDEN', 'STORAGE_UNAVAILABLE'],
    },
    {
      id: 'checkFile',
      method: 'post',
      path: '/v1/download/check',
      tag: TAG,
      summary: 'Whether a file is there',
      body: { schema: checkSchema, example: { file_id: 70_000 } },
      answers: {
        200: {
          description: 'Available or not',
          schema: checkedFileSchema,
          example: { file_id: 70_000, available: true, s3Key: 'downloads/70000', size: 10_485_760 },
        },
      },
      errors: ['REQUEST_TIMEOUT', ...NOT_LOOKED_UP],
    },
  ];
}
