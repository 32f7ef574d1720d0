import type { UrlGuard } from './url-guard.js';

/** Why a callback URL is refused, as the end of a sentence that begins with its field; undefined when it is not. */
export type CallbackRefusal = (url: string) => string | undefined;

/** Where the operator reads. */
interface OperatorLog {
  info(details: object, message: string): void;
}

/**
 * Callbacks that nobody could verify are not made: without a secret every URL is refused.
 * @param logger tells the operator, and not the client, how to let the receivers of one's own network through.
 */
export function callbackRefusal(
  guard: UrlGuard,
  secrets: readonly string[],
  logger: OperatorLog,
): CallbackRefusal {
  if (secrets.length === 0) {
    return () => 'is not possible: callbacks are not set up here, the operator sets WEBHOOK_SECRETS';
  }
  return (url) => {
    const judged = guard.judge(url);
    if (!('refusal' in judged)) return undefined;
    const { refusal, entry } = judged;
    if (entry) {
      logger.info(
        { entry, refusal },
        'callback URL refused; with this entry OUTBOUND_ALLOWED_HOSTS lets it through',
      );
    }
    return refusal;
  };
}
