import { z } from 'zod';
import {
  briefErrorSchema,
  count,
  errorCodeSchema,
  jobStatusSchema,
  link,
  time,
  uuid,
} from './answer-parts.js';
import { fileIdSchema } from './schemas.js';

/**
 * The answers of the routes, as schemas: the types that the code uses are inferred from them, the OpenAPI document is
 * made of them, and tests hold real answers against it. Times are RFC 3339 UTC, sizes bytes.
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

/** The part of a status that operators see too. */
export const jobProgress = {
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

/** The status of a job as a client reads it. */
export type DownloadStatus = z.output<typeof downloadStatusSchema>;

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

/** The answer to a started job. */
export type StartedDownload = z.output<typeof startedDownloadSchema>;

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

export type FilesPage = z.output<typeof filesPageSchema>;

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

/** A page of one user's jobs. */
export type JobsPage = z.output<typeof jobsPageSchema>;

const listedFileSchema = z
  .strictObject({
    fileId: fileIdSchema,
    name: z.string().describe('What its entry would be called, unless the request says otherwise.'),
    size: count().describe('Bytes.'),
  })
  .meta({ id: 'ListedFile' });

/** A file that can be downloaded. */
export type ListedFile = z.output<typeof listedFileSchema>;

export const fileListPageSchema = z
  .strictObject({
    files: z.array(listedFileSchema),
    nextCursor: z.string().nullable().describe('A page may be short, or empty, and have one.'),
  })
  .meta({ id: 'FileListPage' });

export type FileListPage = z.output<typeof fileListPageSchema>;

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

/** The answer to the dry run of a download. */
export type Estimate = z.output<typeof estimateSchema>;

/** The part of an estimate that looking the files up tells, in full: the answer lists the first of each. */
export type FilesEstimate = Pick<Estimate, 'files' | 'missing' | 'renamed' | 'bytesTotal' | 'archiveBytes'>;

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
