import { createHash } from 'node:crypto';
import type { DownloadJob } from '../../contract/job.js';
import { fileCountText } from '../../contract/quantities.js';

/** Temporal rejects longer fairness keys. Bytes. */
const FAIRNESS_KEY_BYTES = 64;

/** Parts of the 400 bytes that Temporal allows a summary; a quotation mark counts as two bytes. */
const SUMMARY_NAME_BYTES = 100;
const SUMMARY_USER_BYTES = 64;

/** The key by which users share the workers: the user id, or its hash when it is too long. */
export function fairnessKeyOf(userId: string): string {
  if (Buffer.byteLength(userId) <= FAIRNESS_KEY_BYTES) return userId;
  return createHash('sha256').update(userId).digest('base64url');
}

/** The summary of a job in the Temporal Web UI. */
export function summaryOf({ archive, files, userId }: DownloadJob): string {
  const name = shortened(archive.name, SUMMARY_NAME_BYTES);
  return `${name}: ${fileCountText(files.length)} for ${shortened(userId, SUMMARY_USER_BYTES)}`;
}

/** The summary of a user's lane in the Temporal Web UI. */
export function laneSummaryOf(userId: string): string {
  return `Slots of ${shortened(userId, SUMMARY_USER_BYTES)}`;
}

/** Cuts a text to `maxBytes` of UTF-8 between characters; an ellipsis marks the cut. */
function shortened(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  let short = '';
  for (const character of text) {
    if (Buffer.byteLength(`${short}${character}…`) > maxBytes) break;
    short += character;
  }
  return `${short}…`;
}
