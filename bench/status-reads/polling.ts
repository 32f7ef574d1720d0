import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { answerOf } from '../support/http-load.js';

/** Polls each job at its `nextPollInMs`. Returns the latency of every answer in milliseconds. */
export async function pollAsAsked(urls: readonly string[], seconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const latencies: number[] = [];
  const until = performance.now() + seconds * 1_000;
  await Promise.all(
    urls.map(async (url) => {
      // Spreads the first polls.
      await delay(Math.random() * Math.min(6_000, seconds * 1_000));
      while (performance.now() < until) {
        const startedAt = performance.now();
        const { nextPollInMs } = JSON.parse(await answerOf(url, agent)) as { nextPollInMs: number };
        latencies.push(performance.now() - startedAt);
        await delay(Math.min(nextPollInMs, Math.max(0, until - performance.now())));
      }
    }),
  );
  agent.destroy();
  return latencies;
}
