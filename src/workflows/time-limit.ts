import { CancellationScope, sleep } from '@temporalio/workflow';
import { durationText } from '../contract/quantities.js';

/**
 * Runs `work` and cancels it after `ms`. Does what `CancellationScope.withTimeout` does, with the same commands. Its
 * timer has a summary, which the SDK's timer cannot have.
 */
export function withTimeLimit<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const scope = new CancellationScope();
  return scope.run(async () => {
    const timer = new CancellationScope();
    const expired = timer.run(() => sleep(ms, { summary: `Job time limit, ${durationText(ms)}` }));
    // The timer rejects when the work has ended first.
    expired.then(
      () => scope.cancel(),
      () => {},
    );
    try {
      return await work();
    } finally {
      timer.cancel();
    }
  });
}
