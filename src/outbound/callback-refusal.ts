import type { UrlGuard } from './url-guard.js';

/**
 * Checks a callback URL.
 * @returns a predicate that completes "callbackUrl …", such as `must be an https URL`; undefined when it is accepted.
 */
export type CallbackRefusal = (url: string) => string | undefined;

interface OperatorLog {
  info(details: object, message: string): void;
}

/**
 * Creates the check of callback URLs. Without a secret every URL is refused, because receivers could not verify the
 * callbacks.
 * @param logger Logs the OUTBOUND_ALLOWED_HOSTS entry that would allow a refused URL; clients do not see it.
 */
export function callbackRefusal(
  guard: UrlGuard,
  secrets: readonly string[],
  logger: OperatorLog,
): CallbackRefusal {
  if (secrets.length === 0) {
    return () => 'is not supported: callbacks are disabled. An operator must set WEBHOOK_SECRETS';
  }
  return (url) => {
    const check = guard.check(url);
    if (check.verdict !== 'refused') return undefined;
    const { predicate, entry } = check;
    if (entry) {
      const message = 'callback URL refused; add the entry to OUTBOUND_ALLOWED_HOSTS to allow it';
      logger.info({ entry, refusal: predicate }, message);
    }
    return predicate;
  };
}
