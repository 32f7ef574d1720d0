import { z } from 'zod';

/** Smallest and largest numeric file id: the range of the service this contract continues. */
export const FILE_ID_MIN = 10_000;
export const FILE_ID_MAX = 100_000_000;
const MAX_NAME_LENGTH = 255;

/** Characters no archive entry may carry, and the shapes that would leave the folder they are extracted into. */
// eslint-disable-next-line no-control-regex -- control characters are what is refused
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/;
const ABSOLUTE_PATH = /^(?:[\\/]|[A-Za-z]:)/;
const PARENT_SEGMENT = /(?:^|[\\/])\.\.(?:[\\/]|$)/;

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
  .describe('Id of a file in the catalogue');

const entryNameSchema = z
  .string({ error: 'must be a string' })
  .min(1, 'must not be empty')
  .max(1_024, 'must have at most 1024 characters')
  .refine((name) => !CONTROL_CHARACTERS.test(name), 'must not contain control characters')
  .refine((name) => !ABSOLUTE_PATH.test(name), 'must be relative: no leading slash or drive letter')
  .refine((name) => !PARENT_SEGMENT.test(name), 'must not contain ".."');

const archiveNameSchema = z
  .string({ error: 'must be a string' })
  .trim()
  .min(1, 'must not be empty')
  .max(
    MAX_NAME_LENGTH - '.tar.gz'.length,
    `must have at most ${MAX_NAME_LENGTH - '.tar.gz'.length} characters`,
  )
  .refine((name) => !CONTROL_CHARACTERS.test(name), 'must not contain control characters')
  .refine((name) => !/[\\/]/.test(name), 'must not contain slashes')
  .refine((name) => !/^\.+$/.test(name), 'must not consist of dots');

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

const FILE_FIELDS = ['fileIds', 'file_ids', 'fileId', 'file_id', 'files'] as const;

/**
 * The body of `POST /v1/download/initiate`. Files come in exactly one of five spellings; the rest has defaults.
 * @param maxFiles most files of one job (`MAX_FILES_PER_JOB`).
 */
export function initiateSchema(maxFiles: number) {
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
        .refine((labels) => Object.keys(labels).length <= 16, 'must have at most 16 labels')
        .default({}),
      clientRequestId: clientRequestIdSchema.optional(),
    })
    .superRefine((body, context) => {
      const given = FILE_FIELDS.filter((field) => body[field] !== undefined);
      if (given.length !== 1) {
        const message =
          given.length === 0 ? 'is required' : `stands beside ${given.slice(1).join(', ')}: give one of them`;
        context.addIssue({ code: 'custom', path: [given[0] ?? 'fileIds'], message });
      }
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
  .transform((body) => ({ fileId: (body.file_id ?? body.fileId)! }));

/** The query of `GET /v1/download/:jobId/files`. */
export const filesQuerySchema = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'is not a cursor of this list')
    .transform(Number)
    .default(0),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number from 1 to 1000')
    .transform(Number)
    .pipe(z.number().min(1, 'must be from 1 to 1000').max(1_000, 'must be from 1 to 1000'))
    .default(100),
});

/** Most that an answer is held until something changes; beyond it proxies hang up. */
export const MAX_WAIT_MS = 30_000;

/** The query of `GET /v1/download/status/:jobId`: how long the answer is held until something changes. */
export const waitQuerySchema = z.object({
  waitMs: z
    .string('must be a whole number from 0 to 30000')
    .regex(/^\d{1,5}$/, 'must be a whole number from 0 to 30000')
    .transform(Number)
    .pipe(z.number().max(MAX_WAIT_MS, 'must be a whole number from 0 to 30000'))
    .optional(),
});
