import { describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  type ArchiveEntry,
  archiveStream,
  type ArchiveStreamOptions,
} from '../../../../src/archive/streamed/archive-stream.js';
import type { ArchiveFormat } from '../../../../src/contract/job.js';
import { firstTarHeader, readWithPython } from '../../../support/unpack.js';

const FORMATS: ArchiveFormat[] = ['zip', 'tar', 'tar.gz'];
const GIB = 1024 ** 3;
const MODIFIED_AT = new Date('2026-01-02T03:04:06Z');

function options(changes: Partial<ArchiveStreamOptions> = {}): ArchiveStreamOptions {
  return {
    format: 'zip',
    compression: 'auto',
    modifiedAt: MODIFIED_AT,
    signal: new AbortController().signal,
    ...changes,
  };
}

function entry(name: string, content: Buffer, contentType: string | null = null): ArchiveEntry {
  return { name, size: content.length, contentType, body: Readable.from([content], { objectMode: false }) };
}

async function* each(...entries: ArchiveEntry[]): AsyncGenerator<ArchiveEntry> {
  yield* entries;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('archiveStream', () => {
  it.each(['zip', 'tar', 'tar.gz'] as ArchiveFormat[])(
    'archives every byte of every file as %s',
    async (format) => {
      const contents = {
        'a.txt': Buffer.from('hello'),
        'empty.bin': Buffer.alloc(0),
        'dir/ü 日本.bin': randomBytes(300_000),
      };
      const entries = Object.entries(contents).map(([name, content]) => entry(name, content));
      const archive = await buffer(archiveStream(each(...entries), options({ format })));
      const unpacked = await readWithPython(archive, format);
      expect(unpacked.map(({ name, sha256: sum }) => [name, sum])).toEqual(
        Object.entries(contents).map(([name, content]) => [name, sha256(content)]),
      );
    },
  );

  it.each(FORMATS)('keeps long Unicode names and deep folders in %s', async (format) => {
    const names = [
      `${'x'.repeat(200)}.txt`,
      `${'folder/'.repeat(30)}a.txt`,
      `${'ü'.repeat(120)}/${'日本'.repeat(40)}.txt`,
      `${'y'.repeat(99)}.`.slice(0, 100),
      'z'.repeat(101),
    ];
    const entries = names.map((name) => entry(name, Buffer.from(name)));
    const archive = await buffer(archiveStream(each(...entries), options({ format })));
    const unpacked = await readWithPython(archive, format);
    expect(unpacked.map(({ name, sha256: sum }) => [name, sum])).toEqual(
      names.map((name) => [name, sha256(Buffer.from(name))]),
    );
  });

  it.each([8 * GIB - 1, 8 * GIB, 9 * GIB + 5, 5_000 * GIB])(
    'writes the size of a tar entry of %d bytes',
    async (size) => {
      const abort = new AbortController();
      const body = new Readable({ read() {} });
      body.push(Buffer.alloc(1_000));
      const name = `${'long '.repeat(30)}ü.bin`;
      const endlessEntry = { name, size, contentType: null, body };
      const stream = archiveStream(each(endlessEntry), options({ format: 'tar', signal: abort.signal }));
      const chunks: Buffer[] = [];
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        // Stop after the headers and the start of the body.
        if (Buffer.concat(chunks).length > 2_000) break;
      }
      abort.abort(new Error('enough'));
      expect(await firstTarHeader(Buffer.concat(chunks))).toEqual({ name, size });
    },
  );

  it('produces the same bytes for the same files', async () => {
    const files = () => each(entry('a.txt', Buffer.from('x'.repeat(10_000))), entry('b', Buffer.from('y')));
    const [one, two] = [
      await buffer(archiveStream(files(), options())),
      await buffer(archiveStream(files(), options())),
    ];
    expect(one.equals(two)).toBe(true);
  });

  it('produces the same bytes however a body arrives', async () => {
    const content = randomBytes(300_000);
    const inPieces = (size: number): ArchiveEntry => {
      const starts = Array.from({ length: Math.ceil(content.length / size) }, (_, i) => i * size);
      const pieces = starts.map((start) => content.subarray(start, start + size));
      return { ...entry('a', content), body: Readable.from(pieces, { objectMode: false }) };
    };
    const archives = await Promise.all(
      [content.length, 70_000, 16_384, 1_000].map((size) =>
        buffer(archiveStream(each(inPieces(size)), options({ compression: 'store' }))),
      ),
    );
    expect(new Set(archives.map(sha256)).size).toBe(1);
  });

  it.each([
    ['deflates text', 'a.txt', Buffer.from('text '.repeat(10_000)), null, true],
    ['keeps a JPEG because of its name', 'a.jpg', Buffer.from('text '.repeat(10_000)), null, false],
    ['keeps a video because of its type', 'a', Buffer.from('text '.repeat(10_000)), 'video/mp4', false],
    ['keeps random bytes after a probe', 'a.txt', randomBytes(100_000), null, false],
    ['deflates a short text after a probe', 'a.txt', Buffer.from('a'.repeat(30)), null, true],
  ] as const)('%s', async (_, name, content, type, shrinks) => {
    const archive = await buffer(archiveStream(each(entry(name, content, type)), options()));
    const [unpacked] = await readWithPython(archive, 'zip');
    expect(unpacked!.sha256).toBe(sha256(content));
    expect(unpacked!.packed! < content.length).toBe(shrinks);
  });

  it.each([
    ['store', false],
    ['deflate', true],
  ] as const)('applies the compression %s of the job', async (compression, shrinks) => {
    const text = Buffer.from('text '.repeat(10_000));
    const archive = await buffer(archiveStream(each(entry('a.jpg', text)), options({ compression })));
    expect((await readWithPython(archive, 'zip'))[0]!.packed! < text.length).toBe(shrinks);
  });

  it('stores no entry, because of its data descriptor', async () => {
    const contents = [Buffer.alloc(0), Buffer.from('text '.repeat(10_000)), randomBytes(100_000)];
    const entries = contents.map((content, i) => entry(`${i}.bin`, content));
    const archive = await buffer(archiveStream(each(...entries), options()));
    const methods = (await readWithPython(archive, 'zip')).map(({ method }) => method);
    expect(methods).toEqual(['deflated', 'deflated', 'deflated']);
  });

  it.each(FORMATS)('fails a %s with the error of an entry', async (format) => {
    const failing = Readable.from(
      (async function* () {
        yield Buffer.alloc(100_000);
        throw new Error('entry failed');
      })(),
      { objectMode: false },
    );
    const broken = { name: 'b', size: 200_000, contentType: null, body: failing };
    const stream = archiveStream(each(entry('a', Buffer.from('a')), broken), options({ format }));
    await expect(buffer(stream)).rejects.toThrow('entry failed');
  });

  it('fails with the error of the iteration', async () => {
    async function* broken(): AsyncGenerator<ArchiveEntry> {
      yield entry('a', Buffer.from('a'));
      throw new Error('no more');
    }
    await expect(buffer(archiveStream(broken(), options()))).rejects.toThrow('no more');
  });

  it.each(FORMATS)('fails a %s with the reason of an abort', async (format) => {
    const abort = new AbortController();
    const body = new Readable({ read() {} });
    body.push(Buffer.alloc(1_000));
    const stream = archiveStream(
      each({ name: 'slow', size: 2_000, contentType: null, body }),
      options({ format, signal: abort.signal }),
    );
    const ended = buffer(stream);
    stream.once('readable', () => abort.abort(new Error('cancelled')));
    await expect(ended).rejects.toThrow('cancelled');
    if (!body.destroyed) await new Promise((resolve) => body.once('close', resolve));
  });

  it('pulls entries no faster than its consumer reads', async () => {
    let pulled = 0;
    async function* many(): AsyncGenerator<ArchiveEntry> {
      for (; pulled < 1_000; pulled++) yield entry(`${pulled}`, randomBytes(64 * 1024));
    }
    const abort = new AbortController();
    const stream = archiveStream(many(), options({ signal: abort.signal }));
    await new Promise((resolve) => stream.once('readable', resolve));
    for (let tick = 0; tick < 200; tick++) await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBeLessThan(100);
    stream.on('error', () => {});
    abort.abort(new Error('enough'));
  });
});
