import { constants, createWriteStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from '../errors.js';
import { diskFailure } from './disk-failure.js';

const STDOUT = 1;
const READER_POLL_MS = 100;

/** Opens standard output for bytes alone: its failure is that of a transfer, not of the console. */
export function openStdout(): Writable {
  return streamOf(STDOUT);
}

/**
 * Opens a device, or a pipe once it has a reader.
 * @throws CommandError, or the reason of the signal
 */
export async function openDevice(path: string, isPipe: boolean, signal: AbortSignal): Promise<Writable> {
  for (;;) {
    try {
      // Otherwise a pipe without a reader blocks a thread that nothing can stop.
      return streamOf(openSync(path, constants.O_WRONLY | (isPipe ? constants.O_NONBLOCK : 0)));
    } catch (error) {
      if (!isPipe || systemCode(error) !== 'ENXIO') throw diskFailure(path, error);
    }
    await delay(READER_POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function streamOf(fd: number): Writable {
  const info = fstatSync(fd);
  if (info.isFIFO() || info.isSocket()) return new Socket({ fd, readable: false, writable: true });
  return createWriteStream('', { fd, autoClose: fd !== STDOUT });
}
