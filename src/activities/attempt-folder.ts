import { randomBytes } from 'node:crypto';
import type { ActivityContext } from './as-activity.js';

/**
 * Creates a unique folder name. Each attempt writes into its own folder, because a worker that was presumed dead may
 * resume and finish a write; in its own folder it overwrites nothing.
 *
 * The name begins with the run, so that the clean-up of one run keeps the files of a later run of the same job. Activity
 * and attempt help operators who browse the bucket. The random suffix separates several builds of one attempt, and
 * attempts whose counter an operator has reset.
 */
export function newAttemptFolder({ runId, activityId, attempt }: ActivityContext): string {
  return `${runId}.${activityId}.${attempt}.${randomBytes(4).toString('hex')}`;
}
