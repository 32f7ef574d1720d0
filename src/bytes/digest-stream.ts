import { createHash } from 'node:crypto';
import { pipeline, type Readable, Transform } from 'node:stream';

/** Computes the size and SHA-256 of a stream while it is read. `result` is final once `stream` has ended. */
export function digestStream(source: Readable): {
  stream: Readable;
  result(): { size: number; checksum: string };
} {
  const hash = createHash('sha256');
  let size = 0;
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  // The callback is empty because `pipeline` forwards errors to `tap`, whose reader handles them.
  const stream = pipeline(source, tap, () => {});
  return { stream, result: () => ({ size, checksum: `sha256:${hash.copy().digest('hex')}` }) };
}
