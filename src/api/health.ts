import { DeadlineExceeded, within } from '../concurrency/deadline.js';
import { type ErrorCode, errorCodeOf } from '../contract/errors.js';

/** Checks one dependency; rejects if it is not working. */
export type HealthCheck = () => Promise<void>;

export interface HealthReport {
  status: 'healthy' | 'unhealthy';
  /** `ok` or the problem, by check. */
  checks: Record<string, string>;
}

/** Timeout of each check. */
const CHECK_TIMEOUT_MS = 2_000;

/** Time for which a report is reused, so that frequent probes do not load the dependencies. */
const REPORT_TTL_MS = 250;

/** Time for which a patient check waits before it repeats the last outcome, and time limit of the check itself. */
const PATIENCE_MS = 1_000;
const SLOW_CHECK_MS = 30_000;

/** Texts of errors that are not a missing answer. */
const OUTCOMES: Partial<Record<ErrorCode, string>> = { STORAGE_FULL: 'out of disk space' };

/** Runs all checks in parallel, each within 2 s, and at most four times a second. */
export class Health {
  private latest: { report: Promise<HealthReport>; at: number } | undefined;

  constructor(private readonly checks: Record<string, HealthCheck>) {}

  report(): Promise<HealthReport> {
    const now = performance.now();
    if (!this.latest || now - this.latest.at > REPORT_TTL_MS) this.latest = { report: this.run(), at: now };
    return this.latest.report;
  }

  private async run(): Promise<HealthReport> {
    const results = await Promise.all(
      Object.entries(this.checks).map(async ([name, check]) => [name, await outcomeOf(check)] as const),
    );
    const healthy = results.every(([, outcome]) => outcome === 'ok');
    return { status: healthy ? 'healthy' : 'unhealthy', checks: Object.fromEntries(results) };
  }
}

/**
 * Repeats the last outcome of a check while the next one is late, for at most 30 s. Otherwise a dependency that is slow
 * would make all servers unready at once.
 * @param check rejects after `timeoutMs`.
 */
export function patient(check: (timeoutMs: number) => Promise<void>): HealthCheck {
  let last: Promise<void> | undefined;
  let running: Promise<void> | undefined;
  const start = () => {
    const started = check(SLOW_CHECK_MS).finally(() => {
      last = started;
      running = undefined;
    });
    return started;
  };
  return () =>
    within(PATIENCE_MS, (running ??= start())).catch((error: unknown) => {
      if (error instanceof DeadlineExceeded && last) return last;
      throw error;
    });
}

async function outcomeOf(check: HealthCheck): Promise<string> {
  try {
    await within(CHECK_TIMEOUT_MS, check());
    return 'ok';
  } catch (error) {
    if (isLate(error)) return 'timed out';
    return OUTCOMES[errorCodeOf(error) ?? 'INTERNAL_ERROR'] ?? 'not reachable';
  }
}

function isLate(error: unknown): boolean {
  return (
    error instanceof DeadlineExceeded || (error instanceof DOMException && error.name === 'TimeoutError')
  );
}
