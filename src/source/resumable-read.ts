import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { jittered } from '../concurrency/jitter.js';
import { type ErrorCode, LonghaulError } from '../contract/errors.js';
import { FileError } from '../contract/file-error.js';

/** Backoff between attempts to resume a broken read. After the last one the caller retries the whole step. */
const RESUME_DELAYS_MS = [200, 1_000];

/** Errors after which the read is resumed. */
const TRANSIENT: ReadonlySet<ErrorCode> = new Set(['STORAGE_UNAVAILABLE', 'SOURCE_UNAVAILABLE']);

type OpenAt = (start: number) => Promise<Readable>;

export interface ReadTraits {
  /** Error code of a read that breaks off. */
  unavailable?: 'STORAGE_UNAVAILABLE' | 'SOURCE_UNAVAILABLE';
  /** False when `openAt` supports only offset 0. */
  resumes?: boolean;
  /** Offset of the first byte; 0 when absent. */
  start?: number;
}

/**
 * Streams exactly the bytes of a pinned version before `end`. The first request completes before the promise resolves, so a
 * missing or changed file fails before anything is written. A broken connection is resumed at the byte where it broke.
 */
export async function resumableRead(
  openAt: OpenAt,
  end: number,
  signal: AbortSignal,
  traits: ReadTraits = {},
): Promise<Readable> {
  const first = await openAt(traits.start ?? 0);
  const bytes = Readable.from(chunksOf(openAt, first, end, signal, traits), { objectMode: false, signal });
  // If the reader stops before the first byte, the generator never started and does not close the stream.
  bytes.once('close', () => first.destroy());
  // Readers receive the errors. Without a listener, an error before the first read would crash the process.
  for (const stream of [first, bytes]) stream.on('error', () => {});
  return bytes;
}

async function* chunksOf(
  openAt: OpenAt,
  first: Readable,
  end: number,
  signal: AbortSignal,
  { unavailable = 'STORAGE_UNAVAILABLE', resumes = true, start = 0 }: ReadTraits,
) {
  let stream: Readable | undefined = first;
  let offset = start;
  let failures = 0;
  for (;;) {
    try {
      stream ??= await openAt(offset);
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        offset += chunk.length;
        if (offset > end) throw new FileError('FILE_CHANGED', 'grew while it was read. Try again.');
        failures = 0;
        yield chunk;
      }
      if (offset === end) return;
      throw new FileError(unavailable, 'ended early. Try again in a minute.', { suspectsFile: true });
    } catch (cause) {
      // All bytes arrived. A permanent error still counts: a store may detect a changed version only at the end.
      if (offset === end && !isPermanent(cause)) return;
      const error = toFileError(cause, unavailable, signal);
      if (!resumes) throw error;
      stream = undefined;
      await backOff(error, failures++, signal);
    }
  }
}

function toFileError(cause: unknown, unavailable: ErrorCode, signal: AbortSignal): unknown {
  if (signal.aborted || cause instanceof LonghaulError) return cause;
  const predicate = 'could not be read completely. Try again in a minute.';
  // The server answered and then broke off, so the file may be the cause.
  return new FileError(unavailable, predicate, { cause, suspectsFile: true });
}

/** Waits before the next attempt, or throws the error when no attempt is left or a retry cannot help. */
async function backOff(error: unknown, failures: number, signal: AbortSignal): Promise<void> {
  const pause = RESUME_DELAYS_MS[failures];
  if (pause === undefined || signal.aborted || isPermanent(error)) throw error;
  await delay(jittered(pause), undefined, { signal });
}

function isPermanent(error: unknown): boolean {
  return error instanceof LonghaulError && !TRANSIENT.has(error.code);
}
