import type { JobStatus } from '../snapshot.js';
import { jobStatusSchema } from './answer-parts.js';
import { wordsSchema } from './words-query.js';

/** Words of a filter that stand for several statuses. */
const GROUPS: Record<'active' | 'processing', JobStatus[]> = {
  active: ['queued', 'running', 'processing_artifacts'],
  processing: ['running', 'processing_artifacts'],
};

const WORDS = [...jobStatusSchema.options, 'active'] as const;

const DESCRIPTION = 'One or more statuses, separated by commas. `active` means all jobs that have not ended.';

/** The `status` of `GET /v1/downloads`. */
export const statusFilterSchema = wordsSchema(WORDS).describe(DESCRIPTION);

/** The `status` of `GET /v1/download/jobs`: the words of the dialect, and those of `phase`. */
export const dialectFilterSchema = wordsSchema([...WORDS, 'processing']).describe(DESCRIPTION);

/** Returns the statuses that the words of a filter stand for; null for no filter. */
export function statusesOf(
  words: readonly (JobStatus | keyof typeof GROUPS)[] | undefined,
): JobStatus[] | null {
  if (!words) return null;
  const statuses = words.flatMap((word) =>
    word in GROUPS ? GROUPS[word as keyof typeof GROUPS] : [word as JobStatus],
  );
  return [...new Set(statuses)];
}
