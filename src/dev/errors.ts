import { systemCodeOf } from '../runtime/system-error.js';

// By shape and not by class: an error from Node itself may come from another realm than this module, as it does
// under jest, and is then no instance of the `Error` known here.

/** What an error says; anything may have been thrown. */
export function messageOf(error: unknown): string {
  // Node leaves the message empty when it could connect to none of several addresses.
  return textAt(error, 'message') || (systemCodeOf(error) ?? String(error));
}

/** True for what an `AbortSignal.timeout` is aborted with. */
export function isTimeout(error: unknown): boolean {
  return textAt(error, 'name') === 'TimeoutError';
}

/** What an error says and, where it has a cause, what that says: `fetch failed` alone tells nothing. */
export function messageWithCause(error: unknown): string {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : `${messageOf(error)} (${messageOf(cause)})`;
}

function textAt(error: unknown, property: 'message' | 'name'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, property);
  return typeof value === 'string' ? value : undefined;
}
