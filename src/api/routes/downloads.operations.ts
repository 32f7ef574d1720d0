import {
  checkedFileSchema,
  downloadStatusSchema,
  filesPageSchema,
  startedDownloadSchema,
} from '../../contract/answers.js';
import { checkSchema, filesQuerySchema, initiateSchema, keyHeaderSchema } from '../../contract/schemas.js';
import { CANCELLED, FILES, STARTED, STATUS } from '../openapi/examples.js';
import type { Operation } from '../openapi/operation.js';

const TAG = 'Downloads';

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
      body: {
        schema: initiateSchema(maxFiles),
        example: {
          files: [{ fileId: 70_000, name: '2026/report.pdf' }, { fileId: 70_001 }],
          archive: { format: 'zip', name: 'photos' },
          onFileError: 'skip',
          labels: { album: '2026' },
        },
      },
      answers: {
        202: {
          description: 'Accepted, or accepted before under the same key',
          schema: startedDownloadSchema,
          example: STARTED,
          headers: ['Location', 'Retry-After', 'Idempotency-Replayed'],
          links: ['getStatus', 'getArchive', 'listOutcomes', 'cancelDownload'],
        },
      },
      errors: ['IDEMPOTENCY_KEY_REUSED'],
    },
    {
      id: 'getStatus',
      method: 'get',
      path: '/v1/download/status/:jobId',
      tag: TAG,
      summary: 'State of a job',
      live: true,
      answers: { 200: { description: 'The job now', schema: downloadStatusSchema, example: STATUS } },
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
      errors: ['JOB_NOT_READY', 'JOB_EXPIRED'],
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
      errors: ['JOB_ALREADY_FINISHED'],
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
      errors: ['FILE_NOT_FOUND'],
    },
    {
      id: 'checkFile',
      method: 'post',
      path: '/v1/download/check',
      tag: TAG,
      summary: 'Whether a file is there',
      live: true,
      body: { schema: checkSchema, example: { file_id: 70_000 } },
      answers: {
        200: {
          description: 'Available or not',
          schema: checkedFileSchema,
          example: { file_id: 70_000, available: true, s3Key: 'downloads/70000', size: 10_485_760 },
        },
      },
    },
  ];
}
