import {
  dialectWaitQuerySchema,
  jobsQuerySchema,
  keyHeaderSchema,
  preferHeaderSchema,
} from '../../contract/http/schemas.js';
import {
  jobRequestSchema,
  startedJobSchema,
  watchedJobSchema,
  watchedJobsPageSchema,
} from '../../contract/http/snake-case-schemas.js';
import {
  JOBS_IN_SNAKE_CASE,
  REQUEST_IN_SNAKE_CASE,
  STARTED_IN_SNAKE_CASE,
  STATUS_IN_SNAKE_CASE,
} from '../openapi/examples.js';
import type { Operation } from '../openapi/operation.js';
import { NOT_SIGNED, NOT_STARTED } from '../openapi/shared-errors.js';
import { JOB_LINKS } from './downloads.operations.js';
import { listDescription } from './list.operations.js';

const COMMON = { tag: 'Jobs', live: true } as const;

/** @param maxFiles maximum number of files of one job. */
export function jobOperations(maxFiles: number): Operation[] {
  return [
    {
      ...COMMON,
      id: 'listJobs',
      method: 'get',
      path: '/v1/download/jobs',
      summary: "Lists the caller's jobs, in snake_case",
      description: `Same as listDownloads. ${listDescription('next_cursor')}`,
      query: jobsQuerySchema,
      answers: {
        200: {
          description: 'A page of jobs',
          schema: watchedJobsPageSchema,
          example: JOBS_IN_SNAKE_CASE,
          links: { from: 'jobs/0/job_id', to: JOB_LINKS },
        },
      },
      errors: NOT_SIGNED,
    },
    {
      ...COMMON,
      id: 'startJob',
      method: 'post',
      path: '/v1/download/jobs',
      summary: 'Starts a job, in snake_case',
      description: 'Same as startDownload, whose field names are accepted here too.',
      headers: keyHeaderSchema,
      body: { schema: jobRequestSchema(maxFiles), example: REQUEST_IN_SNAKE_CASE },
      answers: {
        202: {
          description: 'Accepted, now or by an earlier request with the same key',
          schema: startedJobSchema,
          example: STARTED_IN_SNAKE_CASE,
          headers: ['Location', 'Retry-After', 'Idempotency-Replayed'],
          links: { from: 'job_id', to: JOB_LINKS },
        },
      },
      errors: NOT_STARTED,
    },
    {
      ...COMMON,
      id: 'getJob',
      method: 'get',
      path: '/v1/download/jobs/:jobId',
      summary: 'Shows the status of a job, in snake_case',
      description: 'Same as getStatus.',
      query: dialectWaitQuerySchema,
      headers: preferHeaderSchema,
      answers: {
        200: {
          description: 'The current status',
          schema: watchedJobSchema,
          example: STATUS_IN_SNAKE_CASE,
          headers: ['Preference-Applied'],
        },
      },
      errors: NOT_SIGNED,
    },
  ];
}
