import { z } from 'zod';
import { count, errorCodeSchema, jobStatusSchema, link, time, uuid } from './answer-parts.js';
import type { Same } from './same.js';
import { fileIdSchema, initiateSchema } from './schemas.js';
import type { SnakeCased, StartedJob, WatchedJob } from './snake-case.js';

/**
 * The requests and answers of the `/jobs` dialect, for the document and for tests. What comes is not read by these: the
 * dialect is a spelling, and `initiateSchema` decides.
 */

const duration = () => z.string().regex(/^\d+-\d+s$/);

export const startedJobSchema = z
  .strictObject({
    job_id: uuid(),
    status: z.literal('queued'),
    progress: z.literal(0),
    files_processed: z.literal(0),
    total_files: count(),
    duplicate_file_ids: z.array(fileIdSchema).describe('Ids that stood in the request more than once.'),
    download_url: z.null(),
    error: z.null(),
    estimated_duration: duration().nullable(),
    next_poll_in_ms: count(),
    expires_at: time(),
    status_url: link(),
    websocket_url: link().describe('Holds a ticket, for browsers cannot send headers with a WebSocket.'),
    events_url: link().describe('The same as server-sent events.'),
  })
  .meta({ id: 'StartedJobInSnakeCase' });

/** Of a job, wherever it is told in snake_case. */
export const jobErrorInSnakeCaseSchema = z
  .strictObject({
    code: errorCodeSchema,
    message: z.string(),
    retry_after_ms: count().nullable(),
    support_id: z.string(),
  })
  .meta({ id: 'JobErrorInSnakeCase' });

const archiveSchema = z.strictObject({
  name: z.string(),
  size: count(),
  content_type: z.string(),
  checksum: z.string(),
  files: count(),
  skipped: count(),
});

export const watchedJobSchema = z
  .strictObject({
    job_id: uuid(),
    status: jobStatusSchema,
    progress: z.number().min(0).max(1).describe('In hundredths; never goes back, 1 only when completed.'),
    message: z.string(),
    files_processed: count(),
    files_skipped: count(),
    total_files: count(),
    bytes_processed: count(),
    bytes_total: count().nullable(),
    eta_seconds: count().nullable(),
    estimated_duration: duration().nullable(),
    attempts: count(),
    queue_position: count().nullable(),
    created_at: time(),
    started_at: time().nullable(),
    completed_at: time().nullable(),
    expires_at: time(),
    next_poll_in_ms: count().nullable().describe('When to ask again; null when the status is final.'),
    download_url: link().nullable().describe('A fresh signed link when completed.'),
    websocket_url: link().nullable(),
    events_url: link().nullable(),
    archive: archiveSchema.nullable(),
    error: jobErrorInSnakeCaseSchema.nullable(),
    stale: z.exactOptional(z.literal(true)).describe('No worker answered: the numbers may be a little old.'),
  })
  .meta({ id: 'JobInSnakeCase' });

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

true satisfies Same<z.output<typeof startedJobSchema>, SnakeCased<StartedJob>>;
true satisfies Same<z.output<typeof watchedJobSchema>, SnakeCased<WatchedJob>>;
