import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 25;

/** Polls until `condition` returns or resolves to a truthy value; an error counts as false. */
export async function waitFor(what: string, condition: () => unknown, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for: ${what}`, { cause: last });
    await delay(POLL_MS);
  }
}
