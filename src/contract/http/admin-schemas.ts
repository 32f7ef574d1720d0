import { z } from 'zod';
import { briefErrorSchema, count, errorCodeSchema, labelsSchema, time, uuid } from './answer-parts.js';
import { jobProgress } from './answers.js';
import { cursorSchema, limitSchema } from './page-query.js';

/** The query of `GET /v1/admin/failed`. */
export const failedQuerySchema = z.object({ cursor: cursorSchema, limit: limitSchema(100, 20) });

/** The body of `POST /v1/admin/jobs/:jobId/terminate`. */
export const terminateSchema = z.strictObject({
  reason: z
    .string({ error: 'is required and must be a string' })
    .min(1, 'must not be empty')
    .max(500, 'must have at most 500 characters')
    // eslint-disable-next-line no-control-regex -- rejects control characters
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not contain control characters')
    .refine((reason) => reason.isWellFormed(), 'must be valid Unicode')
    .describe('Shown in the Temporal Web UI and in the log.'),
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
    run: runStateSchema.describe('How the run ended; `running` while its clean-up continues.'),
  })
  .meta({ id: 'FailedJob' });

/** A failed job that was not restarted. */
export type FailedJob = z.output<typeof failedJobSchema>;

export const failedJobsPageSchema = z
  .strictObject({ jobs: z.array(failedJobSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'FailedJobsPage' });

export type FailedJobsPage = z.output<typeof failedJobsPageSchema>;

export const adminStoreSchema = z
  .strictObject({
    zip: z
      .enum(['segments', 'one_segment', 'streamed', 'unknown'])
      .describe(
        'How workers build ZIPs of more than 8 MiB: by several workers, as one segment, or in one stream. Workers with `ZIP_ENGINE=streamed` always stream.',
      ),
    reason: z.string(),
    capabilities: z
      .strictObject({
        segments: z.boolean().describe('Takes sparse and unequal parts, and never spoils them.'),
        copies: z.boolean().describe('Copies ranges of a given version.'),
        copySums: z.boolean().describe('Tells the right CRC-32 of a copied range.'),
        joints: z.boolean().describe('Copies from objects that were uploaded in parts.'),
        fullObjectChecked: z.boolean().describe('Verifies the CRC-32 of a whole object.'),
      })
      .nullable()
      .describe('The result of the last probe; null without one.'),
    probedAt: time().nullable(),
  })
  .meta({ id: 'AdminStore' });

/** The store as operators see it. */
export type AdminStore = z.output<typeof adminStoreSchema>;

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

/** A scheduled or running activity. */
export type PendingStep = z.output<typeof pendingStepSchema>;

export const adminJobSchema = z
  .strictObject({
    ...jobProgress,
    userId: z.string(),
    archiveName: z.string(),
    workflowId: z.string(),
    runId: z.string(),
    run: runStateSchema,
    pending: z.array(pendingStepSchema),
  })
  .meta({ id: 'AdminJob' });

/** A job as operators see it. It has no links, because the archive belongs to its user. */
export type AdminJob = z.output<typeof adminJobSchema>;
