import { z } from 'zod';

/** The query of `GET /v1/admin/failed`. */
export const failedQuerySchema = z.object({
  cursor: z
    .string('is not a cursor of this list')
    .regex(/^[A-Za-z0-9_-]{1,4096}$/, 'is not a cursor of this list')
    .optional(),
  limit: z
    .string()
    .regex(/^[0-9]{1,3}$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .pipe(z.int().min(1, 'must be from 1 to 100').max(100, 'must be from 1 to 100'))
    .default(20),
});

/** The body of `POST /v1/admin/jobs/:jobId/terminate`. */
export const terminateSchema = z.strictObject({
  reason: z
    .string({ error: 'must say why, for those who look at the job later' })
    .min(1, 'must not be empty')
    .max(500, 'must have at most 500 characters')
    // eslint-disable-next-line no-control-regex -- control characters are what is refused
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not contain control characters')
    .refine((reason) => reason.isWellFormed(), 'must be valid Unicode')
    .describe('Stands in the Temporal Web UI and in the log.'),
});
