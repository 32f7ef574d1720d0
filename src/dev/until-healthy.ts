import { setTimeout as delay } from 'node:timers/promises';
import { printLine } from './print.js';

/** A slow machine needs this long to start. Failing checks are printed only afterwards. */
const QUIET_MS = 15_000;

const POLL_MS = 100;

/** Time for one answer; longer than the checks behind it may take. */
const REQUEST_TIMEOUT_MS = 5_000;

/** Settings that a failing check depends on. */
const LOOK_AT: Record<string, string> = {
  storage: 'S3_ENDPOINT, S3_BUCKET_NAME, S3_REGION and the S3 keys, or the disk of DATA_DIR',
  temporal: 'TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and TEMPORAL_TLS*',
};

export interface HealthWait {
  baseUrl: string;
  logFiles: readonly string[];
  signal: AbortSignal;
  quietMs?: number;
}

/**
 * Waits until the API is healthy, however long that takes: a user may mend a bucket or a server meanwhile. Prints the
 * failing checks, and again when they change.
 * @throws an error when the signal aborts.
 */
export async function untilHealthy(
  { baseUrl, logFiles, signal, quietMs = QUIET_MS }: HealthWait,
  print: (line: string) => void = printLine,
): Promise<void> {
  const quietUntil = Date.now() + quietMs;
  let printed = '';
  for (;;) {
    const failing = await failingChecks(baseUrl, signal);
    if (failing.length === 0) return;
    const names = failing.map(([name]) => name).join();
    if (Date.now() >= quietUntil && names !== printed) {
      print(unhealthyText(failing, logFiles));
      printed = names;
    }
    await delay(POLL_MS, undefined, { signal });
  }
}

type Check = [name: string, outcome: string];

/** Returns the checks that fail; empty when healthy. */
async function failingChecks(baseUrl: string, signal: AbortSignal): Promise<Check[]> {
  try {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const answer = await fetch(`${baseUrl}/health`, { signal: AbortSignal.any([signal, timeout]) });
    const { checks } = (await answer.json()) as { checks: Record<string, string> };
    return Object.entries(checks).filter(([, outcome]) => outcome !== 'ok');
  } catch {
    signal.throwIfAborted();
    return [['api', 'does not respond']];
  }
}

function unhealthyText(failing: readonly Check[], logFiles: readonly string[]): string {
  const lines = failing.map(([name, outcome]) => {
    const settings = LOOK_AT[name];
    return `  ${name.padEnd(10)} ${outcome}${settings ? `: check ${settings}` : ''}`;
  });
  return `
Not healthy yet, so downloads do not work:

${lines.join('\n')}
  ${'Logs'.padEnd(10)} ${logFiles.join('  ')}

Waiting until it works. Ctrl-C stops everything.`;
}
