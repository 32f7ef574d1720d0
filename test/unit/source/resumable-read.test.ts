import { Readable } from 'node:stream';
import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type ErrorCode, errorCodeOf, LonghaulError } from '../../../src/contract/errors.js';
import { resumableRead } from '../../../src/source/resumable-read.js';
import { HangingBody, noise, readAll } from '../../support/bodies.js';
import { waitFor } from '../../support/wait-for.js';

const broken = (code: ErrorCode = 'STORAGE_UNAVAILABLE') => new LonghaulError(code, 'broken');

/** Opens the given streams in order, and records the offset of each. */
class Openings {
  readonly starts: number[] = [];
  readonly streams: Readable[] = [];
  private readonly steps: ((start: number) => Readable)[];

  constructor(...steps: ((start: number) => Readable)[]) {
    this.steps = steps;
  }

  readonly openAt = async (start: number): Promise<Readable> => {
    this.starts.push(start);
    const stream = this.steps.shift()!(start);
    this.streams.push(stream);
    return stream;
  };

  get allClosed(): boolean {
    return this.streams.every((stream) => stream.destroyed);
  }
}

/** Streams the bytes from the requested offset to `end`, then fails with the error, if any. */
function upTo(bytes: Buffer, end: number, error?: Error) {
  return (start: number) =>
    Readable.from(
      (async function* () {
        for (let at = start; at < end; at += 1_000) yield bytes.subarray(at, Math.min(at + 1_000, end));
        if (error) throw error;
      })(),
      { objectMode: false },
    );
}

const refusing = (code: ErrorCode) => (): never => {
  throw broken(code);
};

const idle = () => new AbortController().signal;

describe('resumableRead', () => {
  const bytes = noise(10_000);
  const whole = upTo(bytes, bytes.length);

  async function read(openings: Openings, size = bytes.length, signal = idle()): Promise<Buffer> {
    return readAll(await resumableRead(openings.openAt, size, signal));
  }

  const codeOf = (promise: Promise<unknown>) => promise.then(() => 'success', errorCodeOf);

  it('yields exactly the bytes and closes the stream', async () => {
    const openings = new Openings(whole);
    expect((await read(openings)).equals(bytes)).toBe(true);
    expect(openings.starts).toEqual([0]);
    expect(openings.allClosed).toBe(true);
  });

  it('yields nothing for an empty file', async () => {
    const openings = new Openings(upTo(Buffer.alloc(0), 0));
    expect(await read(openings, 0)).toHaveLength(0);
    expect(openings.starts).toEqual([0]);
    expect(openings.allClosed).toBe(true);
  });

  it('resumes at the byte where the connection broke', async () => {
    const openings = new Openings(
      upTo(bytes, 2_500, broken()),
      upTo(bytes, 2_501, broken()),
      upTo(bytes, 7_000, new Error('ECONNRESET')),
      whole,
    );
    expect((await read(openings)).equals(bytes)).toBe(true);
    expect(openings.starts).toEqual([0, 2_500, 2_501, 7_000]);
    expect(openings.allClosed).toBe(true);
  });

  it('resumes when a connection ends early', async () => {
    const openings = new Openings(upTo(bytes, 4_321), whole);
    expect((await read(openings)).equals(bytes)).toBe(true);
    expect(openings.starts).toEqual([0, 4_321]);
  });

  it('retries when reconnecting fails at first', async () => {
    const openings = new Openings(upTo(bytes, 2_500, broken()), refusing('STORAGE_UNAVAILABLE'), whole);
    expect((await read(openings)).equals(bytes)).toBe(true);
    expect(openings.starts).toEqual([0, 2_500, 2_500]);
  });

  it('ignores an error after the last byte', async () => {
    const openings = new Openings(upTo(bytes, bytes.length, broken()));
    expect((await read(openings)).equals(bytes)).toBe(true);
    expect(openings.starts).toEqual([0]);
  });

  it('gives up after its retries without progress', async () => {
    const openings = new Openings(
      upTo(bytes, 2_000, broken()),
      upTo(bytes, 2_000, broken()),
      upTo(bytes, 2_000, broken()),
      whole,
    );
    expect(await codeOf(read(openings))).toBe('STORAGE_UNAVAILABLE');
    expect(openings.starts).toEqual([0, 2_000, 2_000]);
    expect(openings.allClosed).toBe(true);
  });

  it('fails with FILE_CHANGED on extra bytes', async () => {
    const openings = new Openings(whole, whole);
    expect(await codeOf(read(openings, bytes.length - 1))).toBe('FILE_CHANGED');
    expect(openings.starts).toEqual([0]);
    expect(openings.allClosed).toBe(true);
  });

  it.each(['FILE_CHANGED', 'FILE_NOT_FOUND', 'FILE_FORBIDDEN'] as const)(
    'fails with %s when resuming fails with it',
    async (code) => {
      const openings = new Openings(upTo(bytes, 2_000, broken()), refusing(code), whole);
      expect(await codeOf(read(openings))).toBe(code);
      expect(openings.starts).toEqual([0, 2_000]);
    },
  );

  it('rejects when the first request fails', async () => {
    const openings = new Openings(refusing('FILE_NOT_FOUND'), whole);
    expect(await codeOf(resumableRead(openings.openAt, 1, idle()))).toBe('FILE_NOT_FOUND');
    expect(openings.starts).toEqual([0]);
  });

  it('closes the connection when the reader stops early', async () => {
    const openings = new Openings(whole);
    const stream = await resumableRead(openings.openAt, bytes.length, idle());
    for await (const _ of stream) break;
    await waitFor('the connection to be closed', () => openings.allClosed);
    expect(openings.starts).toEqual([0]);
  });

  it('closes the connection when destroyed before the first byte', async () => {
    const openings = new Openings(whole);
    const stream = await resumableRead(openings.openAt, bytes.length, idle());
    stream.destroy();
    await waitFor('the connection to be closed', () => openings.allClosed);
    expect(openings.starts).toEqual([0]);
  });
});

describe('resumableRead after an abort', () => {
  const bytes = noise(10_000);

  /** Ends the stream with the signal, as stores do. */
  function hanging(signal: AbortSignal) {
    const body = new HangingBody(bytes.subarray(0, 5_000));
    signal.addEventListener('abort', () => {
      body.fail(broken());
      body.stream.destroy(signal.reason as Error);
    });
    return () => body.stream;
  }

  it('stops while it waits for bytes', async () => {
    const abort = new AbortController();
    const openings = new Openings(hanging(abort.signal));
    const stream = await resumableRead(openings.openAt, bytes.length, abort.signal);
    stream.once('data', () => abort.abort(new Error('cancelled')));
    await expect(readAll(stream)).rejects.toThrow('abort');
    await waitFor('the connection to be closed', () => openings.allClosed);
    expect(openings.starts).toEqual([0]);
  });

  it('stops during backoff and does not reconnect', async () => {
    const abort = new AbortController();
    const openings = new Openings(upTo(bytes, 2_000, broken()), upTo(bytes, bytes.length));
    const stream = await resumableRead(openings.openAt, bytes.length, abort.signal);
    openings.streams[0]!.once('close', () => abort.abort(new Error('cancelled')));
    await expect(readAll(stream)).rejects.toThrow('abort');
    expect(stream.destroyed).toBe(true);
    expect(openings.starts).toEqual([0]);
  });

  it('does not crash the process without a reader', async () => {
    const abort = new AbortController();
    const openings = new Openings(hanging(abort.signal));
    const stream = await resumableRead(openings.openAt, bytes.length, abort.signal);
    abort.abort(new Error('cancelled'));
    for (let i = 0; i < 5; i++) await nextTick();
    expect(openings.allClosed).toBe(true);
    await expect(readAll(stream)).rejects.toThrow('abort');
  });

  it('does not crash the process when aborted while connecting', async () => {
    const abort = new AbortController();
    const openings = new Openings((start) => {
      abort.abort(new Error('cancelled'));
      return upTo(bytes, bytes.length)(start);
    });
    const stream = await resumableRead(openings.openAt, bytes.length, abort.signal);
    await waitFor('the connection to be closed', () => openings.allClosed);
    await expect(readAll(stream)).rejects.toThrow('abort');
  });

  it('does not crash when the connection breaks before reading', async () => {
    const openings = new Openings(
      () => new Readable({ read() {} }),
      (start) => upTo(bytes, bytes.length)(start),
    );
    const stream = await resumableRead(openings.openAt, bytes.length, idle());
    openings.streams[0]!.destroy(broken());
    for (let i = 0; i < 5; i++) await nextTick();
    expect((await readAll(stream)).equals(bytes)).toBe(true);
  });
});
