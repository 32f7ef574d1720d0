import {
  adminJobSchema,
  failedJobsPageSchema,
  failedQuerySchema,
  terminateSchema,
} from '../../contract/http/admin-schemas.js';
import { FAILED, RETRIED_JOB, STUCK_JOB, TERMINATED_JOB } from '../openapi/examples.js';
import type { Operation } from '../openapi/operation.js';

const COMMON = { tag: 'Operators', live: true } as const;

export const ADMIN_OPERATIONS: Operation[] = [
  {
    ...COMMON,
    id: 'listFailedJobs',
    method: 'get',
    path: '/v1/admin/failed',
    summary: 'Jobs that failed and were not started again',
    description:
      'The last one first, as far as the index of Temporal is sorted. A page may hold fewer than `limit`.',
    query: failedQuerySchema,
    answers: {
      200: {
        description: 'A page of jobs',
        schema: failedJobsPageSchema,
        example: FAILED,
        links: { from: 'jobs/0/jobId', to: ['showJob', 'retryJob', 'terminateJob'] },
      },
    },
    errors: ['FORBIDDEN'],
  },
  {
    ...COMMON,
    id: 'retryJob',
    method: 'post',
    path: '/v1/admin/failed/:jobId/retry',
    summary: 'Starts a failed job again',
    description: 'As the same job, for the same user and under the same policy.',
    answers: { 202: { description: 'The job, begun anew', schema: adminJobSchema, example: RETRIED_JOB } },
    errors: ['FORBIDDEN', 'JOB_NOT_RETRYABLE', 'TOO_MANY_JOBS'],
  },
  {
    ...COMMON,
    id: 'showJob',
    method: 'get',
    path: '/v1/admin/jobs/:jobId',
    summary: 'A job of any user',
    answers: { 200: { description: 'The job now', schema: adminJobSchema, example: STUCK_JOB } },
    errors: ['FORBIDDEN'],
  },
  {
    ...COMMON,
    id: 'terminateJob',
    method: 'post',
    path: '/v1/admin/jobs/:jobId/terminate',
    summary: 'Ends a job at once',
    description: 'It has no say in that and removes nothing; the nightly clean-up does.',
    body: { schema: terminateSchema, example: { reason: 'It hangs; see ticket 4711.' } },
    answers: { 200: { description: 'The job, ended', schema: adminJobSchema, example: TERMINATED_JOB } },
    errors: ['FORBIDDEN', 'JOB_ALREADY_FINISHED'],
  },
];
