/** None that controls a terminal, and no half of a pair. */
const USER_ID = /^[^\p{Cc}\p{Cs}]+$/u;

/** What a search attribute holds, and what percent-encoded still fits into a workflow's id. */
const MAX_BYTES = 255;

/** True for what can name a user in logs, search attributes and workflow ids: names come from tokens and files. */
export function isUserId(value: unknown): value is string {
  return typeof value === 'string' && USER_ID.test(value) && Buffer.byteLength(value) <= MAX_BYTES;
}
