import { userHash } from './user-hash.js';

/** Fields that are redacted at any depth of a logged object. */
const SECRET_NAMES = ['authorization', 'cookie', 'x-api-key', 'password', 'secret', 'token', 'signature'];

const JSON_STRING = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"`;

/** Matches a secret field and its value, in any case. Never matches inside a string, where quotes are escaped. */
const SECRET_FIELDS = new RegExp(
  String.raw`("(?:${SECRET_NAMES.join('|')})":)(?:${JSON_STRING}|\[(?:${JSON_STRING},?)*\]|[-+.\deE]+)`,
  'gi',
);

/** Secrets inside texts: queries of URLs, which sign links and hold tickets, and keys of webhooks. */
const QUERIES = /(https?:\/\/[^\s"?\\]*)\?[^\s"\\]+/gi;
const WEBHOOK_SECRETS = /whsec_[\w+/=-]+/g;

/** Fields with a user id, and ids of lanes, which end in one. */
const USER_FIELDS = new RegExp(String.raw`("(?:userId|operator)":)(${JSON_STRING})`, 'g');
const LANES = /(?<=[^\w/]lane\/)[^"\\\s]+/g;

/** Redacts a finished line, because pino's redaction needs one path per depth, and each path costs time. */
export function redacted(line: string): string {
  return line
    .replace(SECRET_FIELDS, '$1"[secret]"')
    .replace(QUERIES, '$1?[secret]')
    .replace(WEBHOOK_SECRETS, '[secret]');
}

/** Replaces the user ids of a finished line by their hashes. */
export function withoutUserIds(line: string): string {
  return line
    .replace(USER_FIELDS, (_, name: string, id: string) => `${name}"${userHash(JSON.parse(id) as string)}"`)
    .replace(LANES, userHash);
}
