import { z } from 'zod';
import { count, jobStatusSchema, link, uuid } from './answer-parts.js';
import { jobErrorInSnakeCaseSchema } from './snake-case-schemas.js';
import type { Same } from './same.js';
import type { StreamMessage } from './stream-message.js';

/** What streams tell, for the document and for tests. */
export const streamMessageSchema = z
  .strictObject({
    type: z
      .enum(['progress', 'completed', 'error'])
      .describe(
        'completed and error are the last ones; a job that was cancelled or has expired is an error too.',
      ),
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
    queue_position: count().nullable(),
    download_url: link().nullable().describe('A fresh signed link when completed.'),
    error: jobErrorInSnakeCaseSchema.nullable(),
    stale: z.exactOptional(z.literal(true)).describe('Nobody can tell whether these are the latest numbers.'),
  })
  .meta({ id: 'StreamMessage', description: 'All of the state each time: no message needs an earlier one.' });

true satisfies Same<z.output<typeof streamMessageSchema>, StreamMessage>;
