import { setTimeout as delay } from 'node:timers/promises';
import { LonghaulError } from '../../client/index.js';
import { notSaved, runAgain } from '../errors.js';
import { formatSeconds } from '../output/quantities.js';
import type { Checksum } from './checksum.js';
import { ArchiveChanged, connectionLost, PassingFault, requestRest } from './ranged-request.js';
import type { Sink } from './sink.js';

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

/** Tries in a row that bring no byte. They take some four minutes. */
const MAX_VAIN_TRIES = 12;

/** The longest wait that a store may ask for. */
const MAX_TOLD_MS = 600_000;

/** A connection without a byte for this long is given up. */
const STALL_MS = 30_000;

/** An archive that changes more often than this cannot be saved. */
const MAX_RESTARTS = 2;

export interface TransferOptions {
  /** Signs a link; called for every try, because links expire. */
  link: () => Promise<string>;
  size: number;
  sink: Sink;
  /** Makes the checksum of the bytes from the beginning; it holds the bytes of the sink. */
  checksum: { current: Checksum | undefined; reset: () => void };
  signal: AbortSignal;
  onProgress: (bytes: number) => void;
  onRetry: (reason: string, delayMs: number) => void;
  stallMs?: number;
}

/**
 * Brings all bytes of an archive into the sink, over as many connections as it takes.
 * @throws CommandError, LonghaulError of the link, or the reason of the signal.
 */
export async function transfer(options: TransferOptions): Promise<void> {
  const { sink, size, signal, onRetry } = options;
  let vainTries = 0;
  let restarts = 0;
  while (sink.offset < size) {
    const before = sink.offset;
    try {
      await oneTry(options);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ArchiveChanged) {
        if (++restarts > MAX_RESTARTS || !(await startOver(options))) throw changedMeanwhile(error);
        onRetry('The archive changed. Starting over.', 0);
        continue;
      }
      if (!isPassing(error)) throw error;
      vainTries = sink.offset > before ? 1 : vainTries + 1;
      if (vainTries > MAX_VAIN_TRIES) throw gaveUp(error);
      const delayMs = delayAfter(error, vainTries);
      if (delayMs > MAX_TOLD_MS) throw askedToWait(error, delayMs);
      onRetry(error.message, delayMs);
      await delay(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

async function oneTry({
  link,
  size,
  sink,
  checksum,
  signal,
  onProgress,
  stallMs = STALL_MS,
}: TransferOptions) {
  const url = await link();
  const stall = new AbortController();
  let isWriting = false;
  const timer = setTimeout(() => isWriting || stall.abort(), stallMs);
  try {
    const { offset, etag } = sink;
    const rest = await requestRest(url, {
      offset,
      etag,
      size,
      signal: AbortSignal.any([signal, stall.signal]),
    });
    let skip = await bytesToSkip(sink, rest.start, rest.etag, checksum.reset);
    await sink.keepEtag(rest.etag);
    for await (const received of readable(rest.body)) {
      timer.refresh();
      const chunk = received.subarray(Math.min(skip, received.length));
      skip -= received.length - chunk.length;
      if (sink.offset + chunk.length > size) throw new ArchiveChanged('The store sent too many bytes.');
      // A slow reader is no fault of the store.
      isWriting = true;
      await sink.write(chunk);
      isWriting = false;
      checksum.current?.update(chunk);
      onProgress(sink.offset);
      timer.refresh();
    }
    if (sink.offset < size) throw new PassingFault('The connection to the store ended early.');
  } catch (error) {
    if (stall.signal.aborted && !signal.aborted) throw new PassingFault('The store sends nothing.', 0);
    throw error;
  } finally {
    clearTimeout(timer);
    // Ends the connection if its body was not read to the end.
    stall.abort();
  }
}

/** Bytes at the beginning of an answer that the sink has already: those of a store that ignores ranges. */
async function bytesToSkip(
  sink: Sink,
  start: number,
  etag: string | undefined,
  reset: () => void,
): Promise<number> {
  if (start === sink.offset) return 0;
  if (await sink.restart()) {
    reset();
    return 0;
  }
  if (etag !== sink.etag) throw new ArchiveChanged('The entity tag differs.');
  return sink.offset - start;
}

/** Tells a broken connection from a failed sink. */
async function* readable(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await iterator.next().catch((error: unknown) => {
      throw connectionLost(error);
    });
    if (next.done) return;
    yield next.value;
  }
}

async function startOver({ sink, checksum }: TransferOptions): Promise<boolean> {
  if (!(await sink.restart())) return false;
  checksum.reset();
  return true;
}

function isPassing(error: unknown): error is PassingFault | LonghaulError {
  return error instanceof PassingFault || (error instanceof LonghaulError && error.passing);
}

function delayAfter(error: PassingFault | LonghaulError, vainTries: number): number {
  const backoffMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (vainTries - 1));
  // The first fresh link is tried at once; a store that refuses every link is not hammered.
  if (error.retryAfterMs === 0) return vainTries === 1 ? 0 : backoffMs;
  return error.retryAfterMs ?? backoffMs;
}

function changedMeanwhile(cause: Error) {
  return notSaved('The archive changed while it was transferred. Run the same command again.', cause);
}

function askedToWait({ message }: Error, delayMs: number) {
  return runAgain(
    `${message} It asks to wait ${formatSeconds(delayMs / 1_000)}. Run the same command again then.`,
  );
}

function gaveUp(cause: Error) {
  return runAgain(
    `${cause.message} Gave up for now. Run the same command again: it goes on from here.`,
    cause,
  );
}
