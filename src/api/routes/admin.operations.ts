import {
  adminJobSchema,
  adminStoreSchema,
  failedJobsPageSchema,
  failedQuerySchema,
  terminateSchema,
} from '../../contract/http/admin-schemas.js';
import { FAILED, PROBED_STORE, RETRIED_JOB, STUCK_JOB, TERMINATED_JOB } from '../openapi/examples.js';
import type { Operation } from '../openapi/operation.js';

const COMMON = { tag: 'Operators', live: true } as const;

export const ADMIN_OPERATIONS: Operation[] = [
  {
    ...COMMON,
    id: 'listFailedJobs',
    method: 'get',
    path: '/v1/admin/failed',
    summary: 'Lists failed jobs that were not restarted',
    description:
      'Last failed first, as far as the order of the Temporal index allows. A page may hold fewer jobs than `limit` although more follow: check `nextCursor`.',
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
    summary: 'Retries a failed or cancelled job',
    description: 'Keeps the job id, the user and the policy.',
    answers: { 202: { description: 'The restarted job', schema: adminJobSchema, example: RETRIED_JOB } },
    errors: ['FORBIDDEN', 'JOB_NOT_RETRYABLE', 'TOO_MANY_JOBS'],
  },
  {
    ...COMMON,
    id: 'showJob',
    method: 'get',
    path: '/v1/admin/jobs/:jobId',
    summary: 'Shows a job of any user',
    answers: {
      200: { description: 'The current state of the job', schema: adminJobSchema, example: STUCK_JOB },
    },
    errors: ['FORBIDDEN'],
  },
  {
    ...COMMON,
    id: 'showStore',
    method: 'get',
    path: '/v1/admin/store',
    summary: 'Shows what the object store can do',
    description:
      'Stores differ from S3. Workers probe one before they rely on it, and keep the result in it.',
    answers: {
      200: { description: 'The result of the probe', schema: adminStoreSchema, example: PROBED_STORE },
    },
    errors: ['FORBIDDEN'],
  },
  {
    ...COMMON,
    id: 'terminateJob',
    method: 'post',
    path: '/v1/admin/jobs/:jobId/terminate',
    summary: 'Terminates a job',
    description: 'Kills the workflow without running its clean-up. The nightly sweep removes its files.',
    body: { schema: terminateSchema, example: { reason: 'Stuck since 09:00, see ticket 4711.' } },
    answers: { 200: { description: 'The terminated job', schema: adminJobSchema, example: TERMINATED_JOB } },
    errors: ['FORBIDDEN', 'JOB_ALREADY_FINISHED'],
  },
];
