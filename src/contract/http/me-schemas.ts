import { z } from 'zod';
import { count, link } from './answer-parts.js';

const limit = (of: string) => count().nullable().describe(`${of}; null for no limit.`);

/** The user of a request, and the limits that apply to them. */
export const meSchema = z
  .strictObject({
    userId: z.string(),
    limits: z.strictObject({
      filesPerJob: count(),
      bytesPerJob: count(),
      running: limit('Downloads that run at once'),
      queued: limit('Downloads that wait besides'),
    }),
    ttlMs: count().describe('How long an archive is kept after its completion.'),
    listing: z.boolean().describe('True if `GET /v1/files` lists files.'),
    version: z.string(),
    operator: z
      .strictObject({
        webUiUrl: link().nullable().describe('Base URL of the Temporal Web UI; null if it is not set.'),
        namespace: z.string().describe('Temporal namespace of the jobs.'),
      })
      .nullable()
      .describe('For operators; null for all other users.'),
  })
  .meta({ id: 'Me' });

export type Me = z.output<typeof meSchema>;
