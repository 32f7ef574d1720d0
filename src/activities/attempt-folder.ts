import { randomBytes } from 'node:crypto';
import type { ActivityContext } from './as-activity.js';

/**
 * A name for what is about to be written that nobody else uses, ever. A worker that was taken for dead may wake up and
 * store what it had on its way; under a name of its own that overwrites nothing. The name begins with the run, so that
 * a run's clean-up leaves alone what a later run of the same job writes; activity and attempt are for the operator who
 * looks into the bucket. The random end keeps apart several passes of one attempt, and attempts whose number an
 * operator has set back to 1.
 */
export function newAttemptFolder({ runId, activityId, attempt }: ActivityContext): string {
  return `${runId}.${activityId}.${attempt}.${randomBytes(4).toString('hex')}`;
}
