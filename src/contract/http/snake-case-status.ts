import { z } from 'zod';
import type { JobStatus } from '../snapshot.js';
import { count, errorCodeSchema, jobStatusSchema } from './answer-parts.js';
import type { LinkedStatus } from './answers.js';
import { fileIdSchema } from './schemas.js';

/** Words of the `/jobs` dialect for the state of a job, with plain fields instead of an error object. */
export const dialectFields = {
  status: z
    .enum(['queued', 'processing', 'completed', 'failed', 'cancelled', 'expired'])
    .describe('`processing` from the first step of a job to its last.'),
  phase: jobStatusSchema.describe('The status in the words of getStatus.'),
  progress: z
    .number()
    .min(0)
    .max(1)
    .describe('A fraction in steps of 0.01. Never decreases; 1 only when completed.'),
  error: z.string().nullable().describe('Why the job failed.'),
  errorCode: errorCodeSchema.nullable(),
  retryAfterMs: count()
    .nullable()
    .describe('Milliseconds to wait before a retry; null if a retry cannot help.'),
  supportId: z.string().nullable().describe('Identifies the run in logs and in the Temporal Web UI.'),
  errorFileIds: z
    .array(fileIdSchema)
    .describe('The files that the failure is about, the first 100; empty if it is about none.'),
};

const dialectStateSchema = z.strictObject(dialectFields);

type DialectState = z.output<typeof dialectStateSchema>;

/** Renders the state of a job in the words of the `/jobs` dialect. */
export function dialectState(state: Pick<LinkedStatus, 'status' | 'progress' | 'error'>): DialectState {
  const { status, progress, error } = state;
  return {
    status: dialectStatus(status),
    phase: status,
    progress: progress / 100,
    error: error?.message ?? null,
    errorCode: error?.code ?? null,
    retryAfterMs: error?.retryAfterMs ?? null,
    supportId: error?.supportId ?? null,
    errorFileIds: error?.fileIds ?? [],
  };
}

function dialectStatus(status: JobStatus): DialectState['status'] {
  return status === 'running' || status === 'processing_artifacts' ? 'processing' : status;
}
