/** 1 to 255 characters, the most a search attribute holds; none that controls a terminal, and no half of a pair. */
const USER_ID = /^[^\p{Cc}\p{Cs}]{1,255}$/u;

/** True for what can name a user in logs, search attributes and workflow ids: names come from tokens and files. */
export function isUserId(value: unknown): value is string {
  return typeof value === 'string' && USER_ID.test(value);
}
