import type { Console } from '../output/console.js';

/** Warns that networks on the way can read the key. */
export function warnOfPlainHttp(url: string, console: Console): void {
  console.warn(
    `Warning: the key goes to ${new URL(url).host} over plain http, so that networks can read it. Use https.`,
  );
}
