import { createHash } from 'node:crypto';
import { pipeline, type Readable, Transform } from 'node:stream';

/** Size and SHA-256 of bytes in passing. `result` is right once `stream` has ended. */
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
  // The callback does nothing: `pipeline` hands an error on to `tap`, where its reader meets it.
  const stream = pipeline(source, tap, () => {});
  return { stream, result: () => ({ size, checksum: `sha256:${hash.copy().digest('hex')}` }) };
}
