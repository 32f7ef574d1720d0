import { createHash } from 'node:crypto';
import type { DownloadJob } from '../../contract/job.js';

/** Most bytes of a fairness key; Temporal refuses a workflow with a longer one. */
const FAIRNESS_KEY_BYTES = 64;

/** Shares of the 400 bytes that Temporal allows a summary, in which a quotation mark counts as two. */
const SUMMARY_NAME_BYTES = 100;
const SUMMARY_USER_BYTES = 64;

/** What users share the workers by: their name, or what stands for it when it is too long. */
export function fairnessKeyOf(userId: string): string {
  if (Buffer.byteLength(userId) <= FAIRNESS_KEY_BYTES) return userId;
  return createHash('sha256').update(userId).digest('base64url');
}

/** What operators read of a job in the Temporal Web UI. */
export function summaryOf({ archive, files, userId }: DownloadJob): string {
  const name = shortened(archive.name, SUMMARY_NAME_BYTES);
  return `${name}: ${files.length} files for ${shortened(userId, SUMMARY_USER_BYTES)}`;
}

/** The text cut to so many bytes of UTF-8, between characters, with an ellipsis for what is gone. */
function shortened(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  let short = '';
  for (const character of text) {
    if (Buffer.byteLength(`${short}${character}…`) > maxBytes) break;
    short += character;
  }
  return `${short}…`;
}
