import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import {
  type OutgoingPart,
  PartNumberRange,
  PartWriter,
} from '../../../../../src/archive/zip/segment/part-writer.js';
import { Tasks } from '../../../../../src/archive/zip/segment/tasks.js';
import { bytesOf } from '../../../../support/zip/random-files.js';

interface Sent {
  number: number;
  bytes: Buffer;
}

function newWriter(
  over: { send?: (part: OutgoingPart) => Promise<void>; signal?: AbortSignal; partSize?: number } = {},
) {
  const sent: Sent[] = [];
  let out = 0;
  const tasks = new Tasks(over.signal ?? new AbortController().signal);
  const buffers = {
    take: (size: number) => {
      out += 1;
      return Buffer.alloc(size);
    },
    release: () => {
      out -= 1;
    },
  };
  const send = async ({ number, buffers: parts, crc32: sum }: OutgoingPart) => {
    const bytes = Buffer.concat(parts);
    expect(sum).toBe(crc32(bytes));
    sent.push({ number, bytes });
  };
  const { partSize = 100 } = over;
  const options = { limits: { minPart: 50 }, partSize, buffers, tasks, send: over.send ?? send };
  const writer = new PartWriter(options, new PartNumberRange(11, 40));
  return { writer, tasks, sent, buffersOut: () => out };
}

const sizesOf = (sent: readonly Sent[]) => sent.map(({ number, bytes }) => [number, bytes.length]);

describe('PartWriter', () => {
  it('holds a full part until another one follows', async () => {
    const { writer, tasks, sent } = newWriter();
    await writer.write(bytesOf(149, 'noise'));
    await tasks.settle();
    expect(sent).toEqual([]);
    await writer.write(Buffer.alloc(1));
    await tasks.settle();
    expect(sizesOf(sent)).toEqual([[11, 100]]);
  });

  it('sends few bytes together with the held part', async () => {
    const { writer, tasks, sent, buffersOut } = newWriter();
    const bytes = bytesOf(149, 'noise');
    await writer.write(bytes);
    expect(writer.flush()).toBe(null);
    await tasks.finish();
    expect(sizesOf(sent)).toEqual([[11, 149]]);
    expect(sent[0]!.bytes.equals(bytes)).toBe(true);
    expect(buffersOut()).toBe(0);
  });

  it('returns bytes that are too few for a part', async () => {
    const { writer, sent } = newWriter();
    await writer.write(Buffer.alloc(49));
    expect(writer.flush()!.used).toBe(49);
    expect(sent).toEqual([]);
  });

  it('keeps a part with an open place, and sends others', async () => {
    const { writer, tasks, sent } = newWriter();
    const place = await writer.reserve(10);
    await writer.write(Buffer.alloc(290));
    writer.flush();
    await tasks.wait(new Promise((resolve) => setImmediate(resolve)));
    expect(sizesOf(sent)).toEqual([
      [12, 100],
      [13, 100],
    ]);
    place.bytes.fill(1);
    place.close();
    await tasks.finish();
    expect(sent.at(-1)!.bytes.subarray(0, 11)).toEqual(Buffer.from([...Array(10).fill(1), 0]));
  });

  it('ends a part early rather than splits a place', async () => {
    const { writer, tasks, sent } = newWriter();
    await writer.write(Buffer.alloc(95));
    (await writer.reserve(60)).close();
    writer.flush();
    await tasks.finish();
    expect(sizesOf(sent)).toEqual([
      [11, 95],
      [12, 60],
    ]);
  });

  it.each([
    ['four small', 100, 4],
    ['three large', 13 * 1024 * 1024, 3],
  ])('waits with %s parts, and ends when the job does', async (_, partSize, most) => {
    const stop = new AbortController();
    const { writer, tasks, buffersOut } = newWriter({
      send: () => new Promise(() => {}),
      signal: stop.signal,
      partSize,
    });
    const written = (async () => {
      for (;;) await writer.reserveSome(partSize);
    })();
    stop.abort(new Error('stopped'));
    await expect(written).rejects.toThrow('stopped');
    expect(buffersOut()).toBe(most);
    await expect(tasks.wait(Promise.resolve())).rejects.toThrow('stopped');
  });
});
