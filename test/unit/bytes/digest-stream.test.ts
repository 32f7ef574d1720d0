import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { digestStream } from '../../../src/bytes/digest-stream.js';
import { noise, readAll, streamOf } from '../../support/bodies.js';
import { waitFor } from '../../support/wait-for.js';

describe('digestStream', () => {
  it.each([0, 1, 300_000])('forwards %d bytes and computes size and checksum', async (size) => {
    const bytes = noise(size);
    const digest = digestStream(streamOf(bytes));
    expect((await readAll(digest.stream)).equals(bytes)).toBe(true);
    const sum = createHash('sha256').update(bytes).digest('hex');
    expect(digest.result()).toEqual({ size, checksum: `sha256:${sum}` });
    expect(digest.result()).toEqual(digest.result());
  });

  it('forwards an error unchanged', async () => {
    const error = new Error('source failed');
    async function* failing() {
      yield Buffer.from('a');
      throw error;
    }
    const { stream } = digestStream(Readable.from(failing(), { objectMode: false }));
    expect(await readAll(stream).catch((reason: unknown) => reason)).toBe(error);
  });

  it('closes its source when the reader stops', async () => {
    const source = streamOf(noise(1_000_000));
    const { stream } = digestStream(source);
    for await (const _ of stream) break;
    await waitFor('the source to be closed', () => source.destroyed);
    expect(source.readableEnded).toBe(false);
  });
});
