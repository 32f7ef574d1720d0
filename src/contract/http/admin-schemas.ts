import { z } from 'zod';
import { briefErrorSchema, count, errorCodeSchema, labelsSchema, time, uuid } from './answer-parts.js';
import { jobProgress } from './answers.js';

/** The query of `GET /v1/admin/failed`. */
export const failedQuerySchema = z.object({
  cursor: z
    .string('is not a cursor of this list')
    .regex(/^[A-Za-z0-9_-]{1,4096}$/, 'is not a cursor of this list')
    .optional(),
  limit: z
    .string()
    .regex(/^[0-9]{1,3}$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .pipe(z.int().min(1, 'must be from 1 to 100').max(100, 'must be from 1 to 100'))
    .default(20),
});

/** The body of `POST /v1/admin/jobs/:jobId/terminate`. */
export const terminateSchema = z.strictObject({
  reason: z
    .string({ error: 'must say why, for those who look at the job later' })
    .min(1, 'must not be empty')
    .max(500, 'must have at most 500 characters')
    // eslint-disable-next-line no-control-regex -- control characters are what is refused
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not contain control characters')
    .refine((reason) => reason.isWellFormed(), 'must be valid Unicode')
    .describe('Stands in the Temporal Web UI and in the log.'),
});

const runStateSchema = z.enum(['running', 'completed', 'failed', 'cancelled', 'terminated', 'timed_out']);

/** The state of the run of a job's workflow. */
export type RunState = z.output<typeof runStateSchema>;

const failedJobSchema = z
  .strictObject({
    jobId: uuid(),
    userId: z.string(),
    code: errorCodeSchema,
    message: z.string(),
    failedAt: time(),
    attempts: count(),
    supportId: z.string(),
    labels: labelsSchema,
    archiveName: z.string(),
    workflowId: z.string(),
    run: runStateSchema.describe(
      'Failed by itself, or ended from outside; running while it is cleaned up after.',
    ),
  })
  .meta({ id: 'FailedJob' });

/** A job that failed and was not started again since. */
export type FailedJob = z.output<typeof failedJobSchema>;

export const failedJobsPageSchema = z
  .strictObject({ jobs: z.array(failedJobSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'FailedJobsPage' });

export type FailedJobsPage = z.output<typeof failedJobsPageSchema>;

const pendingStepSchema = z
  .strictObject({
    step: z.string(),
    state: z.enum(['waiting', 'running', 'cancelling']),
    attempt: count(),
    startedAt: time().nullable(),
    nextAttemptAt: time().nullable(),
    lastFailure: briefErrorSchema.nullable(),
  })
  .meta({ id: 'PendingStep' });

/** An activity that Temporal has scheduled or started. */
export type PendingStep = z.output<typeof pendingStepSchema>;

export const adminJobSchema = z
  .strictObject({
    ...jobProgress,
    userId: z.string(),
    labels: labelsSchema,
    archiveName: z.string(),
    workflowId: z.string(),
    runId: z.string(),
    run: runStateSchema,
    pending: z.array(pendingStepSchema),
  })
  .meta({ id: 'AdminJob' });

/** A job as an operator sees it. It has no links: the archive belongs to its user. */
export type AdminJob = z.output<typeof adminJobSchema>;
