import { setTimeout as sleep } from 'node:timers/promises';
import { errorCodeOf, LonghaulError } from '../contract/errors.js';
import type { ClockWatch, OperatorLog } from '../runtime/clock-watch.js';
import type { ObjectStore } from './object-store.js';

/** Interval of the warnings about a store that does not work. */
const WARNING_INTERVAL_MS = 60_000;

/** Pauses between the checks of a worker that waits for its store: doubled up to the maximum. */
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 8_000;

/** Time limit of a check at start, when credentials may have to be fetched first. */
const START_CHECK_MS = 10_000;

/** Checks the store, tells operators what to correct while it does not work, and compares its clock with ours. */
export class StoreWatch {
  private warnedAt: number | undefined;

  /** @param now a clock in milliseconds. */
  constructor(
    private readonly store: Pick<ObjectStore, 'check' | 'clockAheadMs'>,
    private readonly log: OperatorLog,
    private readonly clock: Pick<ClockWatch, 'observe'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws the errors of `ObjectStore.check`; DOMException when it takes longer than `timeoutMs`. */
  async check(timeoutMs: number): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      await orAborted(this.store.check(signal), signal);
      this.reportSuccess();
    } catch (error) {
      this.reportFailure(error);
      throw error;
    } finally {
      this.clock.observe(this.store.clockAheadMs());
    }
  }

  /** Waits until the store can be used. A full one can: a worker is needed to delete expired archives. */
  async untilUsable(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        return await this.check(START_CHECK_MS);
      } catch (error) {
        if (errorCodeOf(error) === 'STORAGE_FULL') return;
      }
      await sleep(pauseMs);
    }
  }

  private reportSuccess(): void {
    if (this.warnedAt === undefined) return;
    this.warnedAt = undefined;
    this.log.info({}, 'the object store works again');
  }

  private reportFailure(error: unknown): void {
    if (this.warnedAt !== undefined && this.now() - this.warnedAt < WARNING_INTERVAL_MS) return;
    this.warnedAt = this.now();
    this.log.warn({ err: error }, `the object store does not work: ${reasonOf(error)}`);
  }
}

function orAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  // A network file system that hangs ignores the signal.
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    result.then(resolve, reject);
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof LonghaulError && error.cause instanceof Error) return error.cause.message;
  return 'It did not answer in time. Check S3_ENDPOINT, or the disk of DATA_DIR with a file store.';
}
