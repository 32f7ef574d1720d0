import type { UrlGuard } from './url-guard.js';

/** Why a callback URL is refused, as the end of a sentence that begins with its field; undefined when it is not. */
export type CallbackRefusal = (url: string) => string | undefined;

/** Callbacks that nobody could verify are not made: without a secret every URL is refused. */
export function callbackRefusal(guard: UrlGuard, secrets: readonly string[]): CallbackRefusal {
  if (secrets.length === 0) {
    return () => 'is not possible: callbacks are not set up here, the operator sets WEBHOOK_SECRETS';
  }
  return (url) => guard.refusalOf(url);
}
