import type { DownloadRequest, LonghaulClient, Started } from '../../client/index.js';
import type { Server } from '../credentials/server.js';
import type { Console } from '../output/console.js';
import { counted, formatSeconds } from '../output/quantities.js';
import { commandId, type RememberedStarts } from '../rejoin/remembered.js';

export interface StartJobOptions {
  client: LonghaulClient;
  server: Server;
  console: Console;
  starts: RememberedStarts;
  /** Starts another job, even if an earlier command can be rejoined. */
  isNew: boolean;
  signal: AbortSignal;
}

/** A start that the same command finds again. */
export interface RememberedStart {
  /** Repeats the start under its key, and so finds its job. */
  repeat(signal?: AbortSignal): Promise<Started>;
  /** Records that the archive was saved. */
  saved(): Promise<void>;
}

/** Keeps the key of a start before anything is sent, so that a killed command finds its job again. */
export async function rememberStart(
  request: DownloadRequest,
  { client, server, console, starts, isNew }: StartJobOptions,
): Promise<RememberedStart & { startedAt: number | undefined }> {
  const id = commandId(server.url, server.token, request);
  const onRetry = retryNote(console);
  try {
    const entry = isNew ? await starts.renew(id) : await starts.keyOf(id);
    return {
      repeat: (signal) =>
        client.start({ ...request, clientRequestId: entry.key }, { onRetry, ...(signal && { signal }) }),
      saved: () => starts.saved(id).catch(() => {}),
      startedAt: entry.isNew ? undefined : entry.createdAt,
    };
  } catch (error) {
    console.warn(`This command cannot be rejoined later: ${(error as Error).message}`);
    const clientRequestId = crypto.randomUUID();
    return {
      repeat: (signal) =>
        client.start({ ...request, clientRequestId }, { onRetry, ...(signal && { signal }) }),
      saved: async () => {},
      startedAt: undefined,
    };
  }
}

/** Says what a start found: an earlier job, or ids that were given twice. */
export function reportStart(
  { jobId, replayed, duplicateFileIds }: Started,
  startedAt: number | undefined,
  console: Console,
): void {
  if (startedAt !== undefined) {
    const age = formatSeconds((Date.now() - startedAt) / 1_000);
    const what = replayed ? `Rejoined download ${jobId}` : `Started download ${jobId} again`;
    console.note(`${what}, first started ${age} ago. Another one: add --new`);
  }
  const duplicates = duplicateFileIds.length;
  if (duplicates > 0) console.note(`${counted(duplicates, 'id')} given more than once and included once.`);
}

/** Tells that a request is repeated, and why. */
export function retryNote(console: Console): (error: Error, delayMs: number) => void {
  return ({ message }, delayMs) =>
    console.note(`${message} Trying again in ${formatSeconds(Math.max(1, delayMs / 1_000))}.`);
}
