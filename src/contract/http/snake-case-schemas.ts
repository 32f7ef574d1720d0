import { z } from 'zod';
import { count, link } from './answer-parts.js';
import { downloadStatusSchema, startedDownloadSchema } from './answers.js';
import { initiateSchema } from './schemas.js';
import { snakeCasedSchema } from './snake-case.js';

/**
 * The requests and answers of the `/jobs` dialect, for the OpenAPI document and for tests. Requests are not parsed with
 * these: the API renames their fields and parses them with `initiateSchema`.
 */

const duration = () =>
  z
    .string()
    .regex(/^\d+-\d+s$/)
    .nullable()
    .describe('The expected duration, up to twice that; null when nothing is known.');

const fraction = () =>
  z.number().min(0).max(1).describe('In hundredths; never goes back, 1 only when completed.');

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
    progress: z.literal(0),
    filesProcessed: z.literal(0),
    totalFiles: count(),
    downloadUrl: z.null(),
    error: z.null(),
    estimatedDuration: duration(),
    websocketUrl: startedDownloadSchema.shape.streamUrl,
  })
  .meta({ id: 'StartedJob' });

/** The answer of `POST /v1/download/jobs` before its names are in snake_case. */
export type StartedJob = z.output<typeof startedFields>;

export const startedJobSchema = snakeCasedSchema(startedFields);

const watchedFields = downloadStatusSchema
  .omit({ streamUrl: true })
  .extend({ progress: fraction(), estimatedDuration: duration(), websocketUrl: link().nullable() })
  .meta({ id: 'Job' });

/** The answer of `GET /v1/download/jobs/:jobId` before its names are in snake_case; `progress` goes from 0 to 1. */
export type WatchedJob = z.output<typeof watchedFields>;

export const watchedJobSchema = snakeCasedSchema(watchedFields);

const messageFields = downloadStatusSchema
  .pick({
    jobId: true,
    status: true,
    message: true,
    filesProcessed: true,
    filesSkipped: true,
    totalFiles: true,
    bytesProcessed: true,
    bytesTotal: true,
    etaSeconds: true,
    queuePosition: true,
    downloadUrl: true,
    error: true,
    stale: true,
  })
  .extend({
    type: z
      .enum(['progress', 'completed', 'error'])
      .describe('completed and error are the last ones; a cancelled or expired job is an error too.'),
    progress: fraction(),
  });

export const streamMessageSchema = snakeCasedSchema(messageFields).meta({
  id: 'StreamMessage',
  description: 'The whole state each time: no message needs an earlier one.',
});

/** A message of a stream. */
export type StreamMessage = z.output<typeof streamMessageSchema>;

/** @param maxFiles most files of one job. */
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
