import { z } from 'zod';
import { type ErrorCode, ERRORS } from '../errors.js';
import type { FileState } from '../files.js';
import type { ArchiveFormat } from '../job.js';
import type { JobStatus } from '../snapshot.js';

/** Parts of the response schemas. */

export const time = () => z.string().meta({ format: 'date-time' });
export const uuid = () => z.string().meta({ format: 'uuid' });
export const link = () => z.string().meta({ format: 'uri' });
export const count = () => z.int().min(0);

export const errorCodeSchema = z
  .enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]])
  .meta({ id: 'ErrorCode', description: 'Stable: clients may rely on it.' });

/** The error of one file or of one attempt. */
export const briefErrorSchema = z.strictObject({ code: errorCodeSchema, message: z.string() });

export const jobStatusSchema = z.enum([
  'queued',
  'running',
  'processing_artifacts',
  'completed',
  'failed',
  'cancelled',
  'expired',
] satisfies JobStatus[]);

export const fileStateSchema = z.enum([
  'pending',
  'prepared',
  'included',
  'skipped',
  'failed',
] satisfies FileState[]);

export const formatSchema = z.enum(['zip', 'tar', 'tar.gz'] satisfies ArchiveFormat[]);

export const labelsSchema = z.record(z.string(), z.string());
