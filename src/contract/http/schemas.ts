import { z } from 'zod';
import { fileStateSchema } from './answer-parts.js';
import { boundedList } from './bounded-list.js';
import { cursorSchema, limitSchema } from './page-query.js';
import { dialectFilterSchema, statusFilterSchema } from './status-filter.js';
import { wordsSchema } from './words-query.js';

/** Range of numeric file ids, for compatibility with the service that Longhaul replaces. */
export const FILE_ID_MIN = 10_000;
export const FILE_ID_MAX = 100_000_000;
const MAX_NAME_LENGTH = 255;

// Rules are patterns, not functions, so that the OpenAPI document contains them.

/** Archive entries must not contain control characters or leave the folder they are extracted into. */
// eslint-disable-next-line no-control-regex -- rejects control characters
const NO_CONTROL_CHARACTERS = /^[^\u0000-\u001f\u007f-\u009f]*$/;
/** Rejects characters that make a name look like another one. Allows joiners, which emoji and some scripts need. */
const NO_INVISIBLE_CHARACTERS = /^[^\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]*$/;
const RELATIVE_PATH = /^(?![\\/]|[A-Za-z]:[\\/])/;
const NO_PARENT_SEGMENT = /^(?!(?:[^]*[\\/])?\.\.(?:[\\/]|$))/;
const NO_SLASHES = /^[^\\/]*$/;
const NOT_ONLY_DOTS = /^(?!\s*\.+\s*$)/;
const NOT_BLANK = /\S/;

const FILE_ID_HINT = `must be a whole number from ${FILE_ID_MIN} to ${FILE_ID_MAX}, or a string of 1 to 128 characters A-Z a-z 0-9 . _ -`;

/** An integer in range, or a string of safe characters. Rejects `.` and `..`, which mean folders in a key. */
export const fileIdSchema = z
  .union(
    [
      z.int(FILE_ID_HINT).min(FILE_ID_MIN, FILE_ID_HINT).max(FILE_ID_MAX, FILE_ID_HINT),
      z.string().regex(/^(?!\.+$)[A-Za-z0-9._-]{1,128}$/, FILE_ID_HINT),
    ],
    { error: FILE_ID_HINT },
  )
  .meta({ id: 'FileId', description: 'The id of a file in the catalogue.' });

const entryNameSchema = z
  .string({ error: 'must be a string' })
  .min(1, 'must not be empty')
  .max(1_024, 'must have at most 1024 characters')
  .regex(NO_CONTROL_CHARACTERS, 'must not contain control characters')
  .regex(
    NO_INVISIBLE_CHARACTERS,
    'must not contain invisible characters or characters that change the text direction',
  )
  .regex(RELATIVE_PATH, 'must be relative: no leading slash or drive letter')
  .regex(NO_PARENT_SEGMENT, 'must not contain ".."');

const archiveNameSchema = z
  .string({ error: 'must be a string' })
  .regex(NOT_BLANK, 'must not be empty')
  .max(
    MAX_NAME_LENGTH - '.tar.gz'.length,
    `must have at most ${MAX_NAME_LENGTH - '.tar.gz'.length} characters`,
  )
  .regex(NO_CONTROL_CHARACTERS, 'must not contain control characters')
  .regex(
    NO_INVISIBLE_CHARACTERS,
    'must not contain invisible characters or characters that change the text direction',
  )
  .regex(NO_SLASHES, 'must not contain slashes')
  .regex(NOT_ONLY_DOTS, 'must not consist of dots only')
  .trim();

const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, { error: `must be one of: ${values.join(', ')}` });

const archiveSchema = z.strictObject({
  format: oneOf(['zip', 'tar', 'tar.gz']).default('zip'),
  compression: oneOf(['auto', 'store', 'deflate']).default('auto'),
  name: archiveNameSchema.optional(),
});

const namedFileSchema = z.strictObject({ fileId: fileIdSchema, name: entryNameSchema.optional() });

const labelSchema = z.string({ error: 'must be a string' }).max(256, 'must have at most 256 characters');

const MAX_LABELS = 16;

/** Counts the labels before it checks any, otherwise 80,000 labels would block the event loop. */
const labelsSchema = z.preprocess(
  (labels, context) => {
    if (typeof labels === 'object' && labels !== null && Object.keys(labels).length > MAX_LABELS) {
      context.addIssue(`must have at most ${MAX_LABELS} labels`);
    }
    return labels;
  },
  z
    .record(z.string().regex(/^[A-Za-z0-9._-]{1,64}$/), labelSchema, {
      error: `must be an object of at most ${MAX_LABELS} strings, with names of 1 to 64 characters A-Z a-z 0-9 . _ -`,
    })
    .meta({ maxProperties: MAX_LABELS })
    .default({}),
);

const clientRequestIdSchema = z
  .string({ error: 'must be a string' })
  .regex(/^[\x21-\x7e]{1,255}$/, 'must have 1 to 255 printable ASCII characters without spaces');

/** Checks only type and length. `callbackRefusal` checks the rest. */
const callbackUrlSchema = z
  .string({ error: 'must be a string' })
  .max(2_048, { error: 'must have at most 2048 characters', abort: true })
  .meta({
    pattern: '^https?://',
    description:
      'Receives the webhook `jobEnded`. Must be a public https URL. Requires that the operator has enabled callbacks.',
  });

const CALLBACK_FIELDS = ['callbackUrl', 'callback_url'] as const;

const FILE_FIELDS = ['fileIds', 'file_ids', 'fileId', 'file_id', 'files'] as const;

/**
 * The body of `POST /v1/download/initiate`. Requires exactly one of five file fields; all other fields have defaults.
 * Every message is a predicate of its field and names no other field, so that a dialect can rename fields.
 * @param maxFiles maximum number of files of one job (`MAX_FILES_PER_JOB`).
 * @param callbackRefusal returns why a callback URL is rejected, as a predicate. By default all are rejected.
 */
export function initiateSchema(
  maxFiles: number,
  callbackRefusal: (url: string) => string | undefined = () => 'is not accepted here',
) {
  return z
    .strictObject({
      fileIds: boundedList(fileIdSchema, maxFiles).optional(),
      file_ids: boundedList(fileIdSchema, maxFiles).optional(),
      fileId: fileIdSchema.optional(),
      file_id: fileIdSchema.optional(),
      files: boundedList(namedFileSchema, maxFiles).optional(),
      archive: archiveSchema.prefault({}),
      onFileError: oneOf(['fail', 'skip']).default('fail'),
      priority: oneOf(['standard', 'low']).default('standard'),
      labels: labelsSchema,
      clientRequestId: clientRequestIdSchema.optional(),
      callbackUrl: callbackUrlSchema.optional(),
      callback_url: callbackUrlSchema.optional(),
    })
    .superRefine((body, context) => {
      const given = FILE_FIELDS.filter((field) => body[field] !== undefined);
      if (given.length !== 1) {
        const message = given.length === 0 ? 'is required' : 'must be the only field that lists files';
        context.addIssue({ code: 'custom', path: [given[0] ?? 'fileIds'], message });
      }
      const [callback, duplicate] = CALLBACK_FIELDS.filter((field) => body[field] !== undefined);
      if (callback === undefined) return;
      const message = duplicate ? 'must be given in one spelling only' : callbackRefusal(body[callback]!);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [callback], message });
    })
    .meta({
      id: 'DownloadRequest',
      oneOf: FILE_FIELDS.map((field) => ({ required: [field] })),
      dependentSchemas: { callbackUrl: { properties: { callback_url: false } } },
    });
}

export type InitiateBody = z.output<ReturnType<typeof initiateSchema>>;

/** The header `Idempotency-Key`, an alternative to `clientRequestId`. */
export const keyHeaderSchema = z.object({ 'Idempotency-Key': clientRequestIdSchema.optional() });

/** The body of `POST /v1/download/check`. */
export const checkSchema = z
  .strictObject({ file_id: fileIdSchema.optional(), fileId: fileIdSchema.optional() })
  .refine((body) => (body.file_id === undefined) !== (body.fileId === undefined), {
    path: ['file_id'],
    error: 'is required in exactly one spelling',
  })
  .meta({ id: 'CheckRequest', oneOf: [{ required: ['file_id'] }, { required: ['fileId'] }] })
  .transform((body) => ({ fileId: (body.file_id ?? body.fileId)! }));

/** The query of `GET /v1/download/:jobId/files`. */
export const filesQuerySchema = z.object({
  state: wordsSchema(fileStateSchema.options).describe('One or more states, separated by commas.'),
  cursor: cursorSchema,
  limit: limitSchema(1_000, 100),
});

/** The query of `GET /v1/files`. */
export const fileListQuerySchema = z.object({
  query: z.string('must be a string').max(200, 'must have at most 200 characters').default(''),
  cursor: cursorSchema,
  limit: limitSchema(1_000, 100),
  detail: oneOf(['full', 'ids'])
    .default('full')
    .describe('`ids` leaves the names out, which is much faster. A query reads them anyway.'),
});

const pageOfJobs = { cursor: cursorSchema, limit: limitSchema(100, 20) };

/** The query of `GET /v1/downloads`. */
export const downloadsQuerySchema = z.object({ status: statusFilterSchema, ...pageOfJobs });

/** The query of `GET /v1/download/jobs`. */
export const jobsQuerySchema = z.object({ status: dialectFilterSchema, ...pageOfJobs });

/** Maximum time to hold a response. Shorter than the read timeout of common proxies. */
export const MAX_WAIT_MS = 30_000;

/** The query of a status: how long to wait for a change. */
export const waitQuerySchema = z.object({
  waitMs: z
    .string('must be a whole number from 0 to 30000')
    .regex(/^\d{1,5}$/, 'must be a whole number from 0 to 30000')
    .transform(Number)
    .pipe(
      z
        .int()
        .min(0)
        .max(MAX_WAIT_MS, 'must be a whole number from 0 to 30000')
        .describe('Milliseconds to wait for a change before responding. Takes precedence over Prefer.'),
    )
    .optional(),
});

/** The query of a status in snake_case. The API takes either spelling on every status route. */
export const dialectWaitQuerySchema = z.object({ wait_ms: waitQuerySchema.shape.waitMs });

/** The header `Prefer`, an alternative to `waitMs` (RFC 7240). A malformed one is ignored. */
export const preferHeaderSchema = z.object({
  Prefer: z
    .string()
    .optional()
    .describe('`wait=N`: wait up to N seconds for a change before responding, at most 30.'),
});
