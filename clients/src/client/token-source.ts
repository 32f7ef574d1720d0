import { LonghaulError } from './errors.js';
import type { ClientOptions } from './options.js';

/** Keeps the token of the options, and asks for a new one when it was rejected. */
export class TokenSource {
  private asked: Promise<string> | undefined;

  constructor(private readonly token: ClientOptions['token']) {}

  /** The present token; undefined without one. @throws LonghaulError NETWORK when the function of the options fails. */
  current(): Promise<string | undefined> {
    const { token } = this;
    return typeof token === 'function' ? (this.asked ??= this.ask(token)) : Promise.resolve(token?.trim());
  }

  /**
   * Returns a new token in place of a rejected one; undefined if there is no other. Requests that were rejected together
   * share one question.
   * @param rejected what `current` returned.
   */
  async renewed(rejected: Promise<string | undefined>): Promise<string | undefined> {
    if (this.asked === rejected) this.asked = undefined;
    const token = await this.current();
    return token === (await rejected) ? undefined : token;
  }

  private async ask(token: () => string | Promise<string>): Promise<string> {
    try {
      // A key read from a file ends in a line feed; a function of JavaScript may return nothing.
      const answer = (await token()) as string | null | undefined;
      return (answer ?? '').trim();
    } catch (cause) {
      this.asked = undefined;
      throw new LonghaulError('NETWORK', `The token could not be read: ${String(cause)}`, { cause });
    }
  }
}
