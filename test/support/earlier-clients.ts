import { setTimeout as delay } from 'node:timers/promises';

/** An answer as a client reads it, without any knowledge of our types. */
export type Answer = Record<string, unknown>;

/** Sends JSON as most clients do. */
export async function postJson(url: string, body: object): Promise<{ code: number; answer: Answer }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { code: response.status, answer: (await response.json()) as Answer };
}

/**
 * Polls at a fixed interval until the status is one of these, and returns every answer.
 * @param url of the status.
 */
export async function poll(url: string, finals: readonly string[], intervalMs = 100): Promise<Answer[]> {
  const seen: Answer[] = [];
  while (!finals.includes(String(seen.at(-1)?.['status']))) {
    if (seen.length > 0) await delay(intervalMs);
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Error(`No status: ${await response.text()}`);
    seen.push((await response.json()) as Answer);
  }
  return seen;
}
