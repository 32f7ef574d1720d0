import { z } from 'zod';
import type { AdminJob, FailedJobsPage } from './admin.js';
import {
  briefErrorSchema,
  count,
  errorCodeSchema,
  jobStatusSchema,
  labelsSchema,
  link,
  time,
  uuid,
} from './answer-parts.js';
import type { Estimate } from './estimate.js';
import type { Same } from './same.js';
import { fileIdSchema } from './schemas.js';
import type { DownloadStatus, FileListPage, FilesPage, JobsPage, StartedDownload } from '../types.js';

/**
 * What the routes answer, as schemas: the OpenAPI document is made of them, and tests hold real answers against it. The
 * interfaces of `types.ts` are what the code is written against; `Same` at the end of this file keeps the two together.
 */

const jobErrorSchema = z
  .strictObject({
    code: errorCodeSchema,
    message: z.string(),
    retryAfterMs: count()
      .nullable()
      .describe('When trying again makes sense: how long to wait before, in milliseconds.'),
    supportId: z.string().describe('Finds the job in logs and in the Temporal Web UI.'),
  })
  .meta({ id: 'JobError' });

const archiveInfoSchema = z
  .strictObject({
    name: z.string(),
    size: count().describe('Bytes.'),
    contentType: z.string(),
    checksum: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    files: count(),
    skipped: count(),
  })
  .meta({ id: 'ArchiveInfo' });

const jobProgress = {
  jobId: uuid(),
  status: jobStatusSchema,
  progress: z.int().min(0).max(100).describe('Percent; never goes back, 100 only when completed.'),
  message: z.string(),
  filesProcessed: count(),
  filesSkipped: count(),
  totalFiles: count(),
  bytesProcessed: count(),
  bytesTotal: count().nullable(),
  etaSeconds: count().nullable(),
  attempts: count(),
  queuePosition: count().nullable(),
  createdAt: time(),
  startedAt: time().nullable(),
  completedAt: time().nullable(),
  expiresAt: time(),
  nextPollInMs: count().nullable().describe('When to ask again; null when the status is final.'),
  archive: archiveInfoSchema.nullable(),
  error: jobErrorSchema.nullable(),
  stale: z.exactOptional(z.literal(true)).describe('No worker answered: the numbers may be a little old.'),
};

export const downloadStatusSchema = z
  .strictObject({
    ...jobProgress,
    downloadUrl: link().nullable().describe('A fresh signed link when completed.'),
    streamUrl: link().nullable(),
    eventsUrl: link().nullable(),
  })
  .meta({ id: 'DownloadStatus' });

export const startedDownloadSchema = z
  .strictObject({
    jobId: uuid(),
    status: z.literal('queued'),
    totalFileIds: count(),
    duplicateFileIds: z.array(fileIdSchema).describe('Ids that stood in the request more than once.'),
    etaSeconds: count(),
    nextPollInMs: count(),
    expiresAt: time(),
    statusUrl: link(),
    downloadPath: z.string(),
    streamUrl: link().describe('WebSocket; holds a ticket, for browsers cannot send headers with it.'),
    eventsUrl: link().describe('The same as server-sent events.'),
  })
  .meta({ id: 'StartedDownload' });

const fileOutcomeSchema = z
  .strictObject({
    fileId: fileIdSchema,
    name: z.string().nullable().describe('Entry name in the archive, once it is known.'),
    size: count().nullable(),
    state: z.enum(['pending', 'prepared', 'included', 'skipped', 'failed']),
    error: briefErrorSchema.nullable(),
  })
  .meta({ id: 'FileOutcome' });

export const filesPageSchema = z
  .strictObject({ files: z.array(fileOutcomeSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'FilesPage' });

export const checkedFileSchema = z
  .strictObject({
    file_id: fileIdSchema,
    available: z.boolean(),
    s3Key: z.string().nullable(),
    size: count().nullable(),
  })
  .meta({ id: 'CheckedFile' });

export const jobsPageSchema = z
  .strictObject({ jobs: z.array(downloadStatusSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'JobsPage' });

const listedFileSchema = z
  .strictObject({
    fileId: fileIdSchema,
    name: z.string().describe('What its entry would be called, unless the request says otherwise.'),
    size: count().describe('Bytes.'),
  })
  .meta({ id: 'ListedFile' });

export const fileListPageSchema = z
  .strictObject({
    files: z.array(listedFileSchema),
    nextCursor: z.string().nullable().describe('A page may be short, or empty, and have one.'),
  })
  .meta({ id: 'FileListPage' });

const named = { fileId: fileIdSchema, name: z.string() };

export const estimateSchema = z
  .strictObject({
    totalFileIds: count(),
    duplicateFileIds: z.array(fileIdSchema),
    filesFound: count(),
    filesMissing: count(),
    filesRenamed: count(),
    bytesTotal: count(),
    archiveBytes: count().describe('Most that the archive may have, if none of the files compresses.'),
    tooLarge: z.boolean().describe('The files have more bytes together than maxBytes.'),
    maxBytes: count(),
    etaSeconds: count(),
    files: z.array(z.strictObject({ ...named, size: count() })),
    missing: z.array(z.strictObject({ fileId: fileIdSchema, ...briefErrorSchema.shape })),
    renamed: z.array(z.strictObject({ ...named, insteadOf: z.string() })),
    truncated: z.boolean().describe('The lists hold the first thousand each; the numbers count all.'),
  })
  .meta({ id: 'Estimate' });

const runStateSchema = z.enum(['running', 'completed', 'failed', 'cancelled', 'terminated', 'timed_out']);

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

export const failedJobsPageSchema = z
  .strictObject({ jobs: z.array(failedJobSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'FailedJobsPage' });

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

export const healthReportSchema = z
  .strictObject({
    status: z.enum(['healthy', 'unhealthy']),
    checks: z.record(z.string(), z.string()).describe('Per check, ok or what is wrong.'),
  })
  .meta({ id: 'HealthReport' });

export const aboutSchema = z
  .looseObject({ name: z.literal('longhaul'), version: z.string() })
  .meta({ id: 'About' });

/** RFC 9457; its members beyond `code` and `requestId` are those of the RFC. */
export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z
      .string()
      .optional()
      .describe('The path; absent when what came is not a request that has one.'),
    code: errorCodeSchema,
    requestId: z.string(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    job: downloadStatusSchema.optional().describe('The job that stands in the way.'),
  })
  .meta({ id: 'Problem' });

true satisfies Same<z.output<typeof downloadStatusSchema>, DownloadStatus>;
true satisfies Same<z.output<typeof startedDownloadSchema>, StartedDownload>;
true satisfies Same<z.output<typeof filesPageSchema>, FilesPage>;
true satisfies Same<z.output<typeof jobsPageSchema>, JobsPage>;
true satisfies Same<z.output<typeof fileListPageSchema>, FileListPage>;
true satisfies Same<z.output<typeof estimateSchema>, Estimate>;
true satisfies Same<z.output<typeof failedJobsPageSchema>, FailedJobsPage>;
true satisfies Same<z.output<typeof adminJobSchema>, AdminJob>;
