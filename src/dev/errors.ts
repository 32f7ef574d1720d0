import { systemCodeOf } from '../runtime/system-error.js';

// These functions read properties instead of testing `instanceof Error`, because under jest Node's errors come from
// another realm.

/** Returns the message of a thrown value of any type. */
export function messageOf(error: unknown): string {
  // Node leaves the message empty if all of several addresses refuse the connection.
  return stringAt(error, 'message') || (systemCodeOf(error) ?? String(error));
}

/** Returns true for the abort reason of `AbortSignal.timeout`. */
export function isTimeout(error: unknown): boolean {
  return stringAt(error, 'name') === 'TimeoutError';
}

function stringAt(error: unknown, property: 'message' | 'name'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, property);
  return typeof value === 'string' ? value : undefined;
}
