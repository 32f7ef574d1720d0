import { LonghaulError } from './errors.js';
import type { ClientOptions } from './options.js';

/** Keeps the token of the options, and asks for a new one when it was rejected. */
export class TokenSource {
  private asked: Promise<string> | undefined;
  /** The answer to `asked`; undefined while it is awaited. */
  private known: string | undefined;

  constructor(private readonly token: ClientOptions['token']) {}

  /** The present token; undefined without one. @throws LonghaulError NETWORK when the function of the options fails. */
  async current(): Promise<string | undefined> {
    const { token } = this;
    return typeof token === 'function' ? (this.asked ??= this.ask(token)) : token?.trim();
  }

  /**
   * Returns a new token in place of a rejected one; undefined if there is no other. Requests that were rejected together
   * share one question.
   */
  async renewed(rejected: string | undefined): Promise<string | undefined> {
    if (typeof this.token !== 'function') return undefined;
    // Without an await before it, otherwise each of these requests would ask.
    if (this.known === rejected) this.forget();
    const token = await this.current();
    return token === rejected ? undefined : token;
  }

  private async ask(token: () => string | Promise<string>): Promise<string> {
    try {
      // A key read from a file ends in a line feed; a function of JavaScript may return nothing.
      const answer = (await token()) as string | null | undefined;
      return (this.known = (answer ?? '').trim());
    } catch (cause) {
      this.forget();
      const { message } = cause as Partial<Error>;
      throw new LonghaulError('NETWORK', `The token could not be read: ${message ?? 'no reason given'}`, {
        cause,
      });
    }
  }

  private forget(): void {
    this.asked = undefined;
    this.known = undefined;
  }
}
