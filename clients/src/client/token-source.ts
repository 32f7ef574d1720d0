import { LonghaulError, textOf } from './errors.js';
import { limited } from './limited.js';
import type { ClientOptions } from './options.js';

/** The token of the options. A closure, so that no log of a client shows it. */
export interface TokenSource {
  /** The present token; empty without one. @throws LonghaulError NETWORK when the function of the options fails. */
  current(): Promise<string>;
  /**
   * Returns a new token in place of a rejected one; empty if there is no other. Requests that were rejected together
   * share one question.
   * @param rejected what `current` returned.
   */
  renewed(rejected: Promise<string>): Promise<string>;
}

/** Keeps the token of the options, and asks for a new one when it was rejected. @param timeoutMs for each question. */
export function createTokenSource(token: ClientOptions['token'], timeoutMs: number): TokenSource {
  let asked: Promise<string> | undefined;

  async function ask(): Promise<string> {
    try {
      const answer =
        typeof token === 'function'
          ? await limited(undefined, async () => token(), timeoutMs, 'no answer in time')
          : token;
      // A key read from a file ends in a line feed; a function of JavaScript may return nothing.
      return ((answer as string | null | undefined) ?? '').trim();
    } catch (cause) {
      asked = undefined;
      throw new LonghaulError('NETWORK', `The token could not be read: ${textOf(cause)}`, { cause });
    }
  }

  const current = () => (asked ??= ask());
  return {
    current,
    async renewed(rejected) {
      if (asked === rejected) asked = undefined;
      const renewed = await current();
      return renewed === (await rejected) ? '' : renewed;
    },
  };
}
