import type { DownloadRequest, LonghaulClient, Started } from '../../client/index.js';
import type { Server } from '../credentials/server.js';
import type { Console } from '../output/console.js';
import { oneLine } from '../output/one-line.js';
import { counted, formatSeconds } from '../output/quantities.js';
import { withIds } from '../request/with-ids.js';
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
  /** When an earlier command first started it, in milliseconds since the epoch; undefined for a new one. */
  startedAt: number | undefined;
}

/** Keeps the key of a start before anything is sent, so that a killed command finds its job again. */
export async function rememberStart(
  request: DownloadRequest,
  { client, server, console, starts, isNew }: StartJobOptions,
): Promise<RememberedStart> {
  const id = commandId(server.url, server.token, request);
  const entry = await (isNew ? starts.renew(id) : starts.keyOf(id)).catch((error: unknown) => {
    console.warn(`This command cannot be rejoined later: ${(error as Error).message}`);
    return { key: crypto.randomUUID(), createdAt: 0, isNew: true };
  });
  return {
    repeat: (signal) =>
      client
        .start(
          { ...request, clientRequestId: entry.key },
          { onRetry: retryNote(console), ...(signal && { signal }) },
        )
        .catch((error: unknown) => {
          throw withIds(error, request);
        }),
    saved: () => starts.saved(id).catch(() => {}),
    startedAt: entry.isNew ? undefined : entry.createdAt,
  };
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
    console.note(`${oneLine(message)} Trying again in ${formatSeconds(Math.max(1, delayMs / 1_000))}.`);
}
