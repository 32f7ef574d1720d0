import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { guardBody } from '../../../src/bytes/guarded-body.js';
import { collect, HangingBody, noise, readAll, streamOf } from '../../support/bodies.js';

const toError = (cause: unknown) => new Error('ours', { cause });

async function failureOf(stream: Readable): Promise<Error> {
  return collect(stream).then(
    () => new Error('The stream did not fail'),
    (error: unknown) => error as Error,
  );
}

describe('guardBody', () => {
  it('forwards all bytes in chunks of any size', async () => {
    const bytes = noise(3_000_000);
    for (const size of [1_000, 65_536, 1_000_000]) {
      expect((await readAll(guardBody(streamOf(bytes, size), { toError }))).equals(bytes)).toBe(true);
    }
  });

  it('does not read ahead of its consumer', async () => {
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

  it('maps an error of its source', async () => {
    const body = new HangingBody(noise(10));
    const cause = new Error('theirs');
    body.fail(cause);
    expect(await failureOf(guardBody(body.stream, { toError }))).toMatchObject({ message: 'ours', cause });
  });

  it('fails when its source closes early', async () => {
    const closed = streamOf(noise(10)).destroy();
    expect((await failureOf(guardBody(closed, { toError }))).message).toBe('ours');
    const source = new Readable({ read() {} });
    const failed = failureOf(guardBody(source, { toError }));
    source.push('a');
    source.destroy();
    expect((await failed).message).toBe('ours');
  });

  it('ends at once on abort while its source hangs', async () => {
    const body = new HangingBody(noise(10));
    const controller = new AbortController();
    const failed = failureOf(guardBody(body.stream, { toError, signal: controller.signal }));
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await failed).toBe(reason);
    expect(body.stream.destroyed).toBe(true);
    body.end();
  });

  it('destroys its source when destroyed', async () => {
    const source = new Readable({ read() {} });
    guardBody(source, { toError }).destroy();
    expect(source.destroyed).toBe(true);
  });

  it('fails when its source stalls', async () => {
    const body = new HangingBody(noise(100_000));
    expect((await failureOf(guardBody(body.stream, { toError, stallMs: 50 }))).cause).toMatchObject({
      message: 'No byte received for 50 ms',
    });
    body.end();
  });

  it('tolerates an event-loop stall longer than the timeout', async () => {
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
