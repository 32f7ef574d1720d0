import { CancellationScope } from '@temporalio/workflow';
import type { BuildProgress } from '../../contract/snapshot.js';
import { handOverOf } from './endings.js';

/**
 * Runs an activity until a worker finishes it. A worker that shuts down hands the activity over with a failure of its
 * own type, which uses up no attempt. So any number of deploys in a row cannot fail a job.
 */
export async function untilDone<T>(
  activity: () => Promise<T>,
  onHandOver: (progress: BuildProgress | null) => void = () => {},
): Promise<T> {
  for (;;) {
    try {
      return await activity();
    } catch (error) {
      const handOver = handOverOf(error);
      if (!handOver) throw error;
      onHandOver(handOver.progress);
    }
  }
}

/**
 * Runs `work` for all parts at once. If one fails, cancels the others and waits for them, so that none writes
 * anything after the cleanup.
 */
export async function allOrNone<T>(
  parts: readonly T[],
  work: (part: T, index: number) => Promise<void>,
): Promise<void> {
  const scope = new CancellationScope();
  await scope.run(async () => {
    const running = parts.map(work);
    try {
      await Promise.all(running);
    } catch (error) {
      scope.cancel();
      await Promise.allSettled(running);
      throw error;
    }
  });
}
