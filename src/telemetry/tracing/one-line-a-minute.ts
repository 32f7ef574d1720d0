import type { DiagLogger } from '@opentelemetry/api';
import { withoutLogFields } from '../../concurrency/log-fields.js';
import type { Logger } from '../logger.js';

const MINUTE_MS = 60_000;

/** Logs problems of the SDK once a minute: a collector that is away must not fill the log. */
export class OneLineAMinute implements DiagLogger {
  private loggedAt = -Infinity;

  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly message: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  error = (reason: string): void => this.report(reason);
  warn = (reason: string): void => this.report(reason);
  info = (): void => {};
  debug = (): void => {};
  verbose = (): void => {};

  private report(reason: string): void {
    if (this.now() - this.loggedAt < MINUTE_MS) return;
    this.loggedAt = this.now();
    // Otherwise the line would name the request or job that happened to run.
    withoutLogFields(() => this.logger.warn({ reason: reasonOf(reason) }, this.message));
  }
}

/** The SDK passes errors as JSON with stacks; the message is enough. */
function reasonOf(text: string): string {
  try {
    const { message = text } = JSON.parse(text) as { message?: string };
    return message.slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}
