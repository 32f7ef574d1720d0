import { DeadlineExceeded, within } from '../concurrency/deadline.js';

/** One thing that must work; rejects when it does not. */
export type HealthCheck = () => Promise<void>;

export interface HealthReport {
  status: 'healthy' | 'unhealthy';
  /** Per check, `ok` or what is wrong in plain words. */
  checks: Record<string, string>;
}

const CHECK_DEADLINE_MS = 2_000;
const REPORT_AGE_MS = 250;

/** Runs checks side by side, each within two seconds, and at most four times a second however often it is asked. */
export class Health {
  private latest: { report: Promise<HealthReport>; at: number } | undefined;

  constructor(private readonly checks: Record<string, HealthCheck>) {}

  report(): Promise<HealthReport> {
    const now = Date.now();
    if (!this.latest || now - this.latest.at > REPORT_AGE_MS) this.latest = { report: this.run(), at: now };
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

async function outcomeOf(check: HealthCheck): Promise<string> {
  try {
    await within(CHECK_DEADLINE_MS, check());
    return 'ok';
  } catch (error) {
    return error instanceof DeadlineExceeded ? 'does not answer' : 'not reachable';
  }
}
