import { createHash } from 'node:crypto';

/** Returns a short hash of a user id: the same in logs and traces, without the name. */
export function userHash(userId: string): string {
  return createHash('sha256').update(userId).digest('hex').slice(0, 16);
}
