import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorCode, LonghaulError } from '../contract/errors.js';

/** Pauses before a broken read goes on where it stopped; after the last one the whole step is retried instead. */
const RESUME_DELAYS_MS = [200, 1_000];

/** What may pass by itself. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['STORAGE_UNAVAILABLE', 'SOURCE_UNAVAILABLE']);

type OpenAt = (start: number) => Promise<Readable>;

export interface ReadTraits {
  /** The code of a read that broke off. */
  unavailable?: 'STORAGE_UNAVAILABLE' | 'SOURCE_UNAVAILABLE';
  /** Whether `openAt` can begin elsewhere than at the first byte. */
  resumes?: boolean;
}

/**
 * Exactly `size` bytes of a pinned version. The first request is made before the promise resolves, so that an
 * absent or changed file is known before anything was written. A connection that breaks under way goes on at the
 * byte where it broke.
 */
export async function resumableRead(
  openAt: OpenAt,
  size: number,
  signal: AbortSignal,
  traits: ReadTraits = {},
): Promise<Readable> {
  const first = await openAt(0);
  const bytes = Readable.from(readOn(openAt, first, size, signal, traits), { objectMode: false, signal });
  // Whoever gives up before the first byte was pulled has started no generator: its `finally` never runs.
  bytes.once('close', () => first.destroy());
  // Errors are met by who reads; without a listener they would end the process when nobody does so yet.
  for (const stream of [first, bytes]) stream.on('error', () => {});
  return bytes;
}

async function* readOn(
  openAt: OpenAt,
  first: Readable,
  size: number,
  signal: AbortSignal,
  { unavailable = 'STORAGE_UNAVAILABLE', resumes = true }: ReadTraits,
) {
  let stream: Readable | undefined = first;
  let offset = 0;
  let failures = 0;
  for (;;) {
    try {
      stream ??= await openAt(offset);
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        offset += chunk.length;
        if (offset > size) throw new LonghaulError('FILE_CHANGED', 'The file grew while it was read.');
        failures = 0;
        yield chunk;
      }
      if (offset === size) return;
      throw new LonghaulError(unavailable, 'The file ended early. Try again shortly.');
    } catch (cause) {
      // All bytes are there; unless they are of two versions, which a store may find out at the end.
      if (offset === size && !isPermanent(cause)) return;
      const error = asOurs(cause, unavailable, signal);
      if (!resumes) throw error;
      stream = undefined;
      await pauseAfter(error, failures++, signal);
    }
  }
}

function asOurs(cause: unknown, unavailable: ErrorCode, signal: AbortSignal): unknown {
  if (signal.aborted || cause instanceof LonghaulError) return cause;
  return new LonghaulError(unavailable, 'The file broke off while it was read. Try again shortly.', {
    cause,
  });
}

/** Throws the error when another try makes no sense. */
async function pauseAfter(error: unknown, failures: number, signal: AbortSignal): Promise<void> {
  const pause = RESUME_DELAYS_MS[failures];
  if (pause === undefined || signal.aborted || isPermanent(error)) throw error;
  await delay(pause, undefined, { signal });
}

function isPermanent(error: unknown): boolean {
  return error instanceof LonghaulError && !PASSING.has(error.code);
}
