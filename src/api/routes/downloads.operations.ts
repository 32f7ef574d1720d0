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

/** Operations that accept the id of a job. */
export const JOB_LINKS = [
  'getStatus',
  'getJob',
  'getArchive',
  'listOutcomes',
  'cancelDownload',
  'retryDownload',
  'streamEvents',
] as const;

/** @param maxFiles maximum number of files of one job. */
export function downloadOperations(maxFiles: number): Operation[] {
  return [
    {
      id: 'startDownload',
      method: 'post',
      path: '/v1/download/initiate',
      tag: TAG,
      summary: 'Starts a job',
      description:
        'Requires exactly one of fileIds, file_ids, fileId, file_id and files. With an idempotency key, repeated requests start the job only once.',
      live: true,
      headers: keyHeaderSchema,
      body: { schema: initiateSchema(maxFiles), example: REQUEST },
      answers: {
        202: {
          description: 'Accepted, now or by an earlier request with the same key',
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
      summary: 'Shows the status of a job',
      description: 'Responds immediately, or waits for a change: see waitMs and Prefer.',
      live: true,
      query: waitQuerySchema,
      headers: preferHeaderSchema,
      answers: {
        200: {
          description: 'The current status',
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
      summary: 'Redirects to the archive',
      live: true,
      answers: {
        302: { description: 'A fresh signed link in Location', headers: ['Location'] },
      },
      errors: ['JOB_NOT_READY', 'JOB_EXPIRED', 'ARCHIVE_DELETED', ...NOT_SIGNED],
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
        200: {
          description: 'Cancelled, or being cancelled',
          schema: downloadStatusSchema,
          example: CANCELLED,
        },
      },
      errors: ['JOB_ALREADY_FINISHED', ...NOT_SIGNED],
    },
    {
      id: 'listOutcomes',
      method: 'get',
      path: '/v1/download/:jobId/files',
      tag: TAG,
      summary: 'Lists the outcome of each file',
      description:
        'With state, lists the files in these states. A page may hold fewer files than `limit` although more follow: check `nextCursor`.',
      live: true,
      query: filesQuerySchema,
      answers: {
        200: {
          description: 'A page of files, in the order of the request',
          schema: filesPageSchema,
          example: FILES,
        },
      },
      errors: ['JOB_EXPIRED', 'ARCHIVE_DELETED', 'FILE_FORBIDDEN', 'STORAGE_UNAVAILABLE'],
    },
    {
      id: 'checkFile',
      method: 'post',
      path: '/v1/download/check',
      tag: TAG,
      summary: 'Checks whether a file is available',
      body: { schema: checkSchema, example: { file_id: 70_000 } },
      answers: {
        200: {
          description: 'The availability of the file',
          schema: checkedFileSchema,
          example: { file_id: 70_000, available: true, s3Key: 'downloads/70000', size: 10_485_760 },
        },
      },
      errors: ['REQUEST_TIMEOUT', ...NOT_LOOKED_UP],
    },
  ];
}
