import { z } from 'zod';
import { errorCodeSchema, labelsSchema, time, uuid } from './answer-parts.js';
import { downloadStatusSchema, jobErrorSchema } from './answers.js';

/** Schemas of the callbacks. The OpenAPI document lists them under `webhooks`. */

export const jobEndedSchema = z
  .strictObject({
    type: z.enum(['download.completed', 'download.failed', 'download.cancelled']),
    timestamp: time().describe('When the job ended.'),
    data: downloadStatusSchema
      .pick({
        jobId: true,
        status: true,
        message: true,
        filesProcessed: true,
        filesSkipped: true,
        totalFiles: true,
        bytesProcessed: true,
        bytesTotal: true,
        attempts: true,
        createdAt: true,
        startedAt: true,
        completedAt: true,
        expiresAt: true,
        archive: true,
      })
      .extend({
        downloadPath: z.string().describe('Path of the archive, relative to the base URL of the API.'),
        labels: labelsSchema,
        error: jobErrorSchema.omit({ fileIds: true }).nullable(),
      }),
  })
  .meta({ id: 'JobEnded' });

/** The callback to the owner of a job that has ended. */
export type JobEnded = z.output<typeof jobEndedSchema>;

export const jobFailedSchema = z
  .strictObject({
    type: z.literal('download.failed'),
    timestamp: time().describe('When the job failed.'),
    data: z.strictObject({
      jobId: uuid(),
      userId: z.string(),
      code: errorCodeSchema,
      message: z.string(),
      supportId: z.string(),
      workflowId: z.string(),
    }),
  })
  .meta({ id: 'JobFailed' });

/** The callback to the operator about a failed job. */
export type JobFailed = z.output<typeof jobFailedSchema>;
