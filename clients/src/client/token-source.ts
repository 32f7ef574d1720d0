import type { ClientOptions } from './options.js';

/** Keeps the token of the options, and asks for a new one when it was rejected. */
export class TokenSource {
  private kept: Promise<string> | undefined;

  constructor(private readonly token: ClientOptions['token']) {}

  /** The present token; undefined without one. */
  async current(): Promise<string | undefined> {
    if (typeof this.token !== 'function') return this.token;
    this.kept ??= this.ask(this.token);
    return this.kept;
  }

  /**
   * A new token in place of a rejected one; undefined if there is no other. Requests that were rejected together share
   * one question.
   */
  async renewed(rejected: string | undefined): Promise<string | undefined> {
    if (typeof this.token !== 'function') return undefined;
    if ((await this.current()) === rejected) this.kept = undefined;
    const token = await this.current();
    return token === rejected ? undefined : token;
  }

  private async ask(token: () => string | Promise<string>): Promise<string> {
    try {
      return await token();
    } catch (error) {
      this.kept = undefined;
      throw error;
    }
  }
}
