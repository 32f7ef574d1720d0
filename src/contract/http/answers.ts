import { z } from 'zod';
import {
  briefErrorSchema,
  count,
  errorCodeSchema,
  fileStateSchema,
  formatSchema,
  jobStatusSchema,
  labelsSchema,
  link,
  time,
  uuid,
} from './answer-parts.js';
import { fileIdSchema } from './schemas.js';

/**
 * Schemas of the responses. The types of the code and the OpenAPI document derive from them, and tests check real
 * responses against the document. Times are RFC 3339 UTC, sizes are bytes.
 */

export const jobErrorSchema = z
  .strictObject({
    code: errorCodeSchema,
    message: z.string(),
    retryAfterMs: count()
      .nullable()
      .describe('Milliseconds to wait before a retry; null if a retry cannot help.'),
    supportId: z.string().describe('Identifies the run in logs and in the Temporal Web UI.'),
    fileIds: z
      .array(fileIdSchema)
      .describe('The files that the failure is about, the first 100; empty if it is about none.'),
  })
  .meta({ id: 'JobError' });

const archiveInfoSchema = z
  .strictObject({
    name: z.string(),
    size: count().describe('Bytes.'),
    contentType: z.string(),
    checksum: z
      .string()
      .regex(/^(sha256:[0-9a-f]{64}|crc32:[0-9a-f]{8})$/)
      .describe('Of the whole file. ZIPs above 8 MiB have a CRC-32, because several workers may build them.'),
    files: count(),
    skipped: count(),
  })
  .meta({ id: 'ArchiveInfo' });

/** Fields of a status that operators also see. */
export const jobProgress = {
  jobId: uuid(),
  status: jobStatusSchema,
  progress: z.int().min(0).max(100).describe('Percent. Never decreases; 100 only when completed.'),
  message: z.string(),
  filesProcessed: count(),
  filesSkipped: count(),
  totalFiles: count(),
  bytesProcessed: count(),
  bytesTotal: count().nullable(),
  etaSeconds: count().nullable().describe('Seconds until the job is completed; null while unknown.'),
  attempts: count(),
  queuePosition: count().nullable(),
  createdAt: time(),
  startedAt: time().nullable(),
  completedAt: time().nullable(),
  expiresAt: time(),
  nextPollInMs: count().nullable().describe('Milliseconds until the next poll; null if the status is final.'),
  archiveName: z
    .string()
    .nullable()
    .describe(
      'File name of the archive, from the start; null for jobs of earlier versions that did not complete.',
    ),
  format: formatSchema.nullable().describe('Null for jobs of earlier versions.'),
  labels: labelsSchema,
  archive: archiveInfoSchema.nullable(),
  error: jobErrorSchema.nullable(),
  stale: z
    .exactOptional(z.literal(true))
    .describe('True if no worker responded: the numbers may be out of date.'),
};

export const linkedStatusSchema = z.strictObject({
  ...jobProgress,
  downloadUrl: link().nullable().describe('A fresh signed link; null unless completed.'),
  streamUrl: link().nullable(),
  eventsUrl: link().nullable(),
});

/** The status of a job with its links. */
export type LinkedStatus = z.output<typeof linkedStatusSchema>;

const sameAs = (field: string) => ({ deprecated: true, description: `Same as ${field}.` });

/** Names of fields that clients of earlier services read. */
const flatNames = {
  url: link().nullable().meta(sameAs('downloadUrl')),
  progressPercent: jobProgress.progress.meta(sameAs('progress')),
  checksum: z.string().nullable().meta(sameAs('archive.checksum')),
  errorCode: errorCodeSchema.nullable().meta(sameAs('error.code')),
  errorMessage: z.string().nullable().meta(sameAs('error.message')),
  retryAfterMs: count().nullable().meta(sameAs('error.retryAfterMs')),
  supportTicketId: z.string().nullable().meta(sameAs('error.supportId')),
};

export const downloadStatusSchema = linkedStatusSchema.extend(flatNames).meta({ id: 'DownloadStatus' });

/** The status of a job for clients, also under the names of `withFlatNames`. */
export type DownloadStatus = z.output<typeof downloadStatusSchema>;

export const startedDownloadSchema = z
  .strictObject({
    jobId: uuid(),
    status: z.literal('queued'),
    totalFileIds: count(),
    duplicateFileIds: z.array(fileIdSchema).describe('Ids that were in the request more than once.'),
    etaSeconds: count().nullable().describe('Null: the sizes of the files are not known yet.'),
    nextPollInMs: count(),
    expiresAt: time(),
    statusUrl: link(),
    downloadPath: z.string(),
    streamUrl: link().describe('WebSocket. Contains a ticket, because browsers cannot send headers with it.'),
    eventsUrl: link().describe('The same messages as server-sent events.'),
  })
  .meta({ id: 'StartedDownload' });

/** The response to a started job. */
export type StartedDownload = z.output<typeof startedDownloadSchema>;

const fileOutcomeSchema = z
  .strictObject({
    fileId: fileIdSchema,
    name: z.string().nullable().describe('Entry name in the archive; null until known.'),
    size: count().nullable(),
    state: fileStateSchema,
    error: briefErrorSchema.nullable(),
  })
  .meta({ id: 'FileOutcome' });

export const filesPageSchema = z
  .strictObject({
    files: z.array(fileOutcomeSchema),
    nextCursor: z.string().nullable().describe('Null on the last page. A short or empty page may have one.'),
  })
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
    name: z
      .string()
      .nullable()
      .describe('Default name of its archive entry; null with `detail=ids` and no query.'),
    size: count().describe('Bytes.'),
  })
  .meta({ id: 'ListedFile' });

/** `ids` reads nothing but the listing of the store, so it is much faster than one request per name. */
export type ListDetail = 'full' | 'ids';

/** A file that can be downloaded. */
export type ListedFile = z.output<typeof listedFileSchema>;

export const fileListPageSchema = z
  .strictObject({
    files: z.array(listedFileSchema),
    nextCursor: z.string().nullable().describe('Null on the last page. A short or empty page may have one.'),
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
    archiveBytes: count().describe('Maximum size of the archive, without compression.'),
    tooLarge: z.boolean().describe('True if bytesTotal exceeds maxBytes.'),
    maxBytes: count(),
    etaSeconds: count()
      .nullable()
      .describe(
        'Without a wait for a slot or a worker. Null while this server has seen no build that took 1 s or longer.',
      ),
    files: z.array(z.strictObject({ ...named, size: count() })),
    missing: z.array(z.strictObject({ fileId: fileIdSchema, ...briefErrorSchema.shape })),
    renamed: z.array(z.strictObject({ ...named, insteadOf: z.string() })),
    truncated: z
      .boolean()
      .describe('True if a list has more than 1,000 entries and is cut; the counts include all.'),
  })
  .meta({ id: 'Estimate' });

/** The estimate of a download. */
export type Estimate = z.output<typeof estimateSchema>;

/** The result of looking up all files. The response lists only the first ones. */
export type FilesEstimate = Pick<Estimate, 'files' | 'missing' | 'renamed' | 'bytesTotal' | 'archiveBytes'>;

export const healthReportSchema = z
  .strictObject({
    status: z.enum(['healthy', 'unhealthy']),
    checks: z.record(z.string(), z.string()).describe('`ok` or the problem, by check.'),
  })
  .meta({ id: 'HealthReport' });

export const aboutSchema = z
  .looseObject({
    name: z.literal('longhaul'),
    version: z.string(),
    auth: z.strictObject({
      mode: z.enum(['none', 'api-key', 'jwt']).describe('The credentials that requests need.'),
      signInUrl: link().nullable().describe('The page at which a person signs in; null if there is none.'),
    }),
  })
  .meta({ id: 'About' });

/** A problem document (RFC 9457) with the extension members `code`, `requestId`, `errors` and `job`. */
export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe('The path of the request.'),
    code: errorCodeSchema,
    requestId: z.string(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    job: downloadStatusSchema.optional().describe('The status of the conflicting job.'),
  })
  .meta({ id: 'Problem' });
