import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { guardBody } from '../../../src/bytes/guarded-body.js';
import { collect, HangingBody, noise, readAll, streamOf } from '../../support/bodies.js';

const toError = (cause: unknown) => new Error('ours', { cause });

async function failureOf(stream: Readable): Promise<Error> {
  return collect(stream).then(
    () => new Error('It ended well'),
    (error: unknown) => error as Error,
  );
}

describe('a guarded body', () => {
  test('has the bytes of its source, in whatever pieces', async () => {
    const bytes = noise(3_000_000);
    for (const size of [1_000, 65_536, 1_000_000]) {
      expect((await readAll(guardBody(streamOf(bytes, size), { toError }))).equals(bytes)).toBe(true);
    }
  });

  test('does not read ahead of its reader', async () => {
    let given = 0;
    function* source() {
      for (; given < 1_000; given++) yield noise(64 * 1024);
    }
    const guarded = guardBody(Readable.from(source()), { toError });
    guarded.read(0);
    await delay(50);
    expect(given).toBeLessThan(40);
    guarded.destroy();
  });

  test('fails with an error of ours when its source does', async () => {
    const body = new HangingBody(noise(10));
    const cause = new Error('theirs');
    body.fail(cause);
    expect(await failureOf(guardBody(body.stream, { toError }))).toMatchObject({ message: 'ours', cause });
  });

  test('fails when its source was closed, before or under way', async () => {
    const closed = streamOf(noise(10)).destroy();
    expect((await failureOf(guardBody(closed, { toError }))).message).toBe('ours');
    const source = new Readable({ read() {} });
    const failed = failureOf(guardBody(source, { toError }));
    source.push('a');
    source.destroy();
    expect((await failed).message).toBe('ours');
  });

  test('ends at once when it is aborted, though its source cannot', async () => {
    const body = new HangingBody(noise(10));
    const controller = new AbortController();
    const failed = failureOf(guardBody(body.stream, { toError, signal: controller.signal }));
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await failed).toBe(reason);
    expect(body.stream.destroyed).toBe(true);
    body.end();
  });

  test('ends its source when its reader is gone', async () => {
    const source = new Readable({ read() {} });
    guardBody(source, { toError }).destroy();
    expect(source.destroyed).toBe(true);
  });

  test('fails when its source is silent for too long', async () => {
    const body = new HangingBody(noise(100_000));
    expect((await failureOf(guardBody(body.stream, { toError, stallMs: 50 }))).cause).toMatchObject({
      message: 'No byte received for 50 ms',
    });
    body.end();
  });

  test('does not mind a process that was busy for longer than that', async () => {
    const body = new HangingBody(noise(1_000_000));
    const guarded = guardBody(body.stream, { toError, stallMs: 30 });
    const chunks: Buffer[] = [];
    for await (const chunk of guarded as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      if (chunks.length === 1) block(100);
      if (body.given) body.end();
    }
    expect(Buffer.concat(chunks)).toHaveLength(1_000_000);
  });
});

function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
