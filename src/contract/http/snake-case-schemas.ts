import { z } from 'zod';
import { count, link } from './answer-parts.js';
import { linkedStatusSchema, startedDownloadSchema } from './answers.js';
import { initiateSchema } from './schemas.js';
import { snakeCasedSchema } from './snake-case.js';
import { dialectFields } from './snake-case-status.js';

/**
 * Schemas of the `/jobs` dialect, for the OpenAPI document and for tests. They do not parse requests: the API renames the
 * fields of a request and parses it with `initiateSchema`.
 */

const duration = () =>
  z
    .string()
    .regex(/^\d+-\d+s$/)
    .nullable()
    .describe('The expected duration up to twice that; null if unknown.');

const startedFields = startedDownloadSchema
  .pick({
    jobId: true,
    status: true,
    duplicateFileIds: true,
    nextPollInMs: true,
    expiresAt: true,
    statusUrl: true,
    eventsUrl: true,
  })
  .extend({
    phase: z.literal('queued'),
    progress: z.literal(0),
    filesProcessed: z.literal(0),
    totalFiles: count(),
    downloadUrl: z.null(),
    error: z.null(),
    estimatedDuration: duration(),
    websocketUrl: startedDownloadSchema.shape.streamUrl,
  })
  .meta({ id: 'StartedJob' });

/** The response of `POST /v1/download/jobs`, before its fields are renamed to snake_case. */
export type StartedJob = z.output<typeof startedFields>;

export const startedJobSchema = snakeCasedSchema(startedFields);

const watchedFields = linkedStatusSchema
  .omit({ streamUrl: true })
  .extend({ ...dialectFields, estimatedDuration: duration(), websocketUrl: link().nullable() })
  .meta({ id: 'Job' });

/** The response of `GET /v1/download/jobs/:jobId`, before its fields are renamed to snake_case. */
export type WatchedJob = z.output<typeof watchedFields>;

export const watchedJobSchema = snakeCasedSchema(watchedFields);

export const watchedJobsPageSchema = z
  .strictObject({ jobs: z.array(watchedJobSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'JobsPageInSnakeCase' });

/** The response of `GET /v1/download/jobs`. */
export type WatchedJobsPage = z.output<typeof watchedJobsPageSchema>;

const messageFields = linkedStatusSchema
  .pick({
    jobId: true,
    message: true,
    filesProcessed: true,
    filesSkipped: true,
    totalFiles: true,
    bytesProcessed: true,
    bytesTotal: true,
    etaSeconds: true,
    attempts: true,
    queuePosition: true,
    createdAt: true,
    archiveName: true,
    format: true,
    labels: true,
    downloadUrl: true,
    stale: true,
  })
  .extend({
    type: z
      .enum(['progress', 'completed', 'error'])
      .describe('completed and error are final. A cancelled or expired job has type error.'),
    ...dialectFields,
  });

export const streamMessageSchema = snakeCasedSchema(messageFields).meta({
  id: 'StreamMessage',
  description: 'The complete state, independent of earlier messages.',
});

/** A message of a stream. */
export type StreamMessage = z.output<typeof streamMessageSchema>;

/** The body of `POST /v1/download/jobs`. @param maxFiles maximum number of files of one job. */
export function jobRequestSchema(maxFiles: number) {
  const { fileIds, fileId, files, onFileError, clientRequestId, callbackUrl, ...same } =
    initiateSchema(maxFiles).shape;
  const { archive, priority, labels } = same;
  const { fileId: id, name } = files.unwrap().element.shape;
  return z
    .strictObject({
      file_ids: fileIds,
      file_id: fileId,
      files: z
        .array(z.strictObject({ file_id: id, name }))
        .min(1)
        .max(maxFiles)
        .optional(),
      archive,
      on_file_error: onFileError,
      priority,
      labels,
      client_request_id: clientRequestId,
      callback_url: callbackUrl,
    })
    .meta({
      id: 'JobRequest',
      oneOf: ['file_ids', 'file_id', 'files'].map((field) => ({ required: [field] })),
    });
}
