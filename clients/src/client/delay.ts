import { limited } from './limited.js';

/** Waits. @throws the reason of the signal when it aborts. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return limited(signal, (ended) => {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      ended.addEventListener('abort', () => clearTimeout(timer));
    });
  });
}

/** Adds up to a fifth, so that clients that failed together do not return together. */
export function withJitter(ms: number): number {
  return ms * (1 + Math.random() / 5);
}
