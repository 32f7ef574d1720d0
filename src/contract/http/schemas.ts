import { z } from 'zod';

/** Smallest and largest numeric file id: the range of the service this contract continues. */
export const FILE_ID_MIN = 10_000;
export const FILE_ID_MAX = 100_000_000;
const MAX_NAME_LENGTH = 255;

// Rules as patterns that must match, not as functions: so the OpenAPI document tells them too.

/** No archive entry may carry control characters, or a shape that would leave the folder it is extracted into. */
// eslint-disable-next-line no-control-regex -- control characters are what is refused
const NO_CONTROL_CHARACTERS = /^[^\u0000-\u001f\u007f-\u009f]*$/;
/** What makes a name look like another one; not the joiners, which emoji and some scripts need. */
const NO_INVISIBLE_CHARACTERS = /^[^\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]*$/;
const RELATIVE_PATH = /^(?![\\/]|[A-Za-z]:)/;
const NO_PARENT_SEGMENT = /^(?!(?:[^]*[\\/])?\.\.(?:[\\/]|$))/;
const NO_SLASHES = /^[^\\/]*$/;
const NOT_ONLY_DOTS = /^(?!\s*\.+\s*$)/;
const NOT_BLANK = /\S/;

const FILE_ID_HINT = `must be a whole number from ${FILE_ID_MIN} to ${FILE_ID_MAX}, or a string of 1 to 128 characters A-Z a-z 0-9 . _ -`;

/** An integer in range, or a string of the safe alphabet. `.` and `..` are no ids: they mean folders in a key. */
export const fileIdSchema = z
  .union(
    [
      z.int(FILE_ID_HINT).min(FILE_ID_MIN, FILE_ID_HINT).max(FILE_ID_MAX, FILE_ID_HINT),
      z.string().regex(/^(?!\.+$)[A-Za-z0-9._-]{1,128}$/, FILE_ID_HINT),
    ],
    { error: FILE_ID_HINT },
  )
  .meta({ id: 'FileId', description: 'Id of a file in the catalogue' });

const entryNameSchema = z
  .string({ error: 'must be a string' })
  .min(1, 'must not be empty')
  .max(1_024, 'must have at most 1024 characters')
  .regex(NO_CONTROL_CHARACTERS, 'must not contain control characters')
  .regex(
    NO_INVISIBLE_CHARACTERS,
    'must not contain invisible characters or such that change the direction of writing',
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
    'must not contain invisible characters or such that change the direction of writing',
  )
  .regex(NO_SLASHES, 'must not contain slashes')
  .regex(NOT_ONLY_DOTS, 'must not consist of dots')
  .trim();

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be one of: ${values.join(', ')}` });

const archiveSchema = z.strictObject({
  format: oneOf(['zip', 'tar', 'tar.gz']).default('zip'),
  compression: oneOf(['auto', 'store', 'deflate']).default('auto'),
  name: archiveNameSchema.optional(),
});

const namedFileSchema = z.strictObject({ fileId: fileIdSchema, name: entryNameSchema.optional() });

const labelSchema = z.string({ error: 'must be a string' }).max(256, 'must have at most 256 characters');

const clientRequestIdSchema = z
  .string({ error: 'must be a string' })
  .regex(/^[\x21-\x7e]{1,255}$/, 'must have 1 to 255 printable ASCII characters without blanks');

/** What else is wrong with a URL is for whoever calls it to say. */
const callbackUrlSchema = z
  .string({ error: 'must be a string' })
  .max(2_048, { error: 'must have at most 2048 characters', abort: true })
  .meta({
    pattern: '^https?://',
    description:
      'Told when the job has ended: see the webhook `jobEnded`. An https URL that is not private, where callbacks are set up.',
  });

const CALLBACK_FIELDS = ['callbackUrl', 'callback_url'] as const;
const MAX_LABELS = 16;

const FILE_FIELDS = ['fileIds', 'file_ids', 'fileId', 'file_id', 'files'] as const;

/**
 * The body of `POST /v1/download/initiate`. Files come in exactly one of five spellings; the rest has defaults.
 * @param maxFiles most files of one job (`MAX_FILES_PER_JOB`).
 * @param callbackRefusal what is wrong with a callback URL, as the end of a sentence; without it none is accepted.
 */
export function initiateSchema(
  maxFiles: number,
  callbackRefusal: (url: string) => string | undefined = () => 'is not accepted here',
) {
  const listOf = <T extends z.ZodType>(item: T) =>
    z
      .array(item, { error: 'must be a list' })
      .min(1, 'must name at least one file')
      .max(maxFiles, `must name at most ${maxFiles} files`);
  return z
    .strictObject({
      fileIds: listOf(fileIdSchema).optional(),
      file_ids: listOf(fileIdSchema).optional(),
      fileId: fileIdSchema.optional(),
      file_id: fileIdSchema.optional(),
      files: listOf(namedFileSchema).optional(),
      archive: archiveSchema.prefault({}),
      onFileError: oneOf(['fail', 'skip']).default('fail'),
      priority: oneOf(['standard', 'low']).default('standard'),
      labels: z
        .record(z.string().regex(/^[A-Za-z0-9._-]{1,64}$/), labelSchema, {
          error: 'must be an object of at most 16 texts, with names of 1 to 64 characters A-Z a-z 0-9 . _ -',
        })
        .refine(
          (labels) => Object.keys(labels).length <= MAX_LABELS,
          `must have at most ${MAX_LABELS} labels`,
        )
        .meta({ maxProperties: MAX_LABELS })
        .default({}),
      clientRequestId: clientRequestIdSchema.optional(),
      callbackUrl: callbackUrlSchema.optional(),
      callback_url: callbackUrlSchema.optional(),
    })
    .superRefine((body, context) => {
      const given = FILE_FIELDS.filter((field) => body[field] !== undefined);
      if (given.length !== 1) {
        const message =
          given.length === 0 ? 'is required' : `stands beside ${given.slice(1).join(', ')}: give one of them`;
        context.addIssue({ code: 'custom', path: [given[0] ?? 'fileIds'], message });
      }
      const [callback, another] = CALLBACK_FIELDS.filter((field) => body[field] !== undefined);
      if (callback === undefined) return;
      const fault =
        another === undefined
          ? callbackRefusal(body[callback]!)
          : `stands beside ${another}: give one of them`;
      if (fault !== undefined) context.addIssue({ code: 'custom', path: [callback], message: fault });
    })
    .meta({
      id: 'DownloadRequest',
      oneOf: FILE_FIELDS.map((field) => ({ required: [field] })),
      dependentSchemas: { callbackUrl: { properties: { callback_url: false } } },
    });
}

export type InitiateBody = z.output<ReturnType<typeof initiateSchema>>;

/** The header by which the same key may come. */
export const keyHeaderSchema = z.object({ 'Idempotency-Key': clientRequestIdSchema.optional() });

/** The body of `POST /v1/download/check`. */
export const checkSchema = z
  .strictObject({ file_id: fileIdSchema.optional(), fileId: fileIdSchema.optional() })
  .refine((body) => (body.file_id === undefined) !== (body.fileId === undefined), {
    path: ['file_id'],
    error: 'is required, once',
  })
  .meta({ id: 'CheckRequest', oneOf: [{ required: ['file_id'] }, { required: ['fileId'] }] })
  .transform((body) => ({ fileId: (body.file_id ?? body.fileId)! }));

/** Opaque to clients: what comes was an answer's `nextCursor`, or is refused. */
const cursorSchema = z
  .string('is not a cursor of this list')
  .regex(/^[A-Za-z0-9_-]{1,2048}$/, 'is not a cursor of this list')
  .optional();

/** How many items a page may have, in words that name the bounds. */
const limitSchema = (max: number, fallback: number) => {
  const hint = `must be a whole number from 1 to ${max}`;
  return z
    .string(hint)
    .regex(/^\d{1,4}$/, hint)
    .transform(Number)
    .pipe(z.int().min(1, hint).max(max, hint))
    .default(fallback);
};

/** The query of `GET /v1/download/:jobId/files`. */
export const filesQuerySchema = z.object({ cursor: cursorSchema, limit: limitSchema(1_000, 100) });

/** The query of `GET /v1/files`. */
export const fileListQuerySchema = z.object({
  query: z.string('must be a text').max(200, 'must have at most 200 characters').default(''),
  cursor: cursorSchema,
  limit: limitSchema(500, 100),
});

/** The query of `GET /v1/download/jobs`. */
export const jobsQuerySchema = z.object({
  status: oneOf([
    'queued',
    'running',
    'processing_artifacts',
    'completed',
    'failed',
    'cancelled',
    'expired',
  ]).optional(),
  cursor: cursorSchema,
  limit: limitSchema(100, 20),
});

/** Most that an answer is held until something changes; beyond it proxies hang up. */
export const MAX_WAIT_MS = 30_000;

/** The query of a status: how long the answer is held until something changes. */
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
        .describe('How long the answer is held until something changes; takes precedence over Prefer.'),
    )
    .optional(),
});

/** The header by which the same may come (RFC 7240): whatever cannot be understood is ignored. */
export const preferHeaderSchema = z.object({
  Prefer: z
    .string()
    .optional()
    .describe('`wait=N`: hold the answer for up to N seconds, 30 at most, until something changes.'),
});
