import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ByteSpan } from '../../../src/archive/zip/byte-span.js';
import type { Joint, PartSink, SentPart, SideObjects, StoredObject } from '../../../src/archive/zip/ports.js';

/** The rules of S3 for uploads of several parts. */
export interface UploadRules {
  minPart: number;
  maxParts: number;
}

/** Objects by key, of one store. */
export type Objects = Map<string, Buffer>;

/** A pause of some turns of the event loop before each request has its effect. */
export type Pause = () => Promise<void>;

/** A multipart upload in memory that keeps the rules of S3. */
export class MemoryUpload implements PartSink {
  readonly parts = new Map<number, Buffer>();
  /** Bytes that came from the caller, not from copies. */
  bytesSent = 0;
  object: Buffer | null = null;

  constructor(
    readonly rules: UploadRules,
    private readonly objects: Objects = new Map(),
    private readonly pause: Pause = async () => {},
  ) {}

  async sendPart(number: number, buffers: readonly Uint8Array[], sum: number): Promise<SentPart> {
    await this.pause();
    // Read only now: a caller that reuses its buffers too early sends other bytes.
    const bytes = Buffer.concat(buffers);
    if (crc32(bytes) !== sum) throw new Error(`BadDigest: part ${number}`);
    this.bytesSent += bytes.length;
    return this.store(number, bytes);
  }

  async copyPart(number: number, source: StoredObject, range: ByteSpan): Promise<SentPart> {
    await this.pause();
    return this.store(number, rangeOf(this.objects, source, range));
  }

  /** @throws Error InvalidPart, EntityTooSmall or BadDigest, as S3. */
  complete(parts: readonly SentPart[], sum: number): void {
    const buffers = parts.map(({ number, etag }, i) => {
      const bytes = this.parts.get(number);
      if (!bytes || etagOf(bytes) !== etag) throw new Error(`InvalidPart: ${number}`);
      if (i > 0 && number <= parts[i - 1]!.number) throw new Error('InvalidPartOrder');
      if (i < parts.length - 1 && bytes.length < this.rules.minPart)
        throw new Error(`EntityTooSmall: part ${number} has ${bytes.length} bytes`);
      return bytes;
    });
    const object = Buffer.concat(buffers);
    if (crc32(object) !== sum) throw new Error('BadDigest: the whole object');
    this.object = object;
  }

  private store(number: number, bytes: Buffer): SentPart {
    if (number < 1 || number > this.rules.maxParts) throw new Error(`InvalidArgument: part number ${number}`);
    if (bytes.length === 0) throw new Error(`A part ${number} of 0 bytes`);
    this.parts.set(number, bytes);
    return { number, etag: etagOf(bytes), size: bytes.length, crc32: crc32(bytes) };
  }
}

/** Side objects in memory. */
export class MemorySide implements SideObjects {
  readonly written = new Map<string, Buffer>();
  bytesSent = 0;

  constructor(
    readonly rules: UploadRules,
    private readonly objects: Objects = new Map(),
    private readonly pause: Pause = async () => {},
  ) {}

  async put(name: string, buffers: readonly Uint8Array[]): Promise<void> {
    await this.pause();
    const bytes = Buffer.concat(buffers);
    this.bytesSent += bytes.length;
    this.written.set(name, bytes);
  }

  async *get(name: string): AsyncGenerator<Uint8Array> {
    await this.pause();
    const bytes = this.written.get(name);
    if (!bytes) throw new Error(`NoSuchKey: ${name}`);
    yield bytes.subarray(0, 10);
    yield bytes.subarray(10);
  }

  async joint(
    name: string,
    source: StoredObject,
    range: ByteSpan,
    literal: readonly Uint8Array[],
    literalCrc32: number,
  ): Promise<Joint> {
    await this.pause();
    const copied = rangeOf(this.objects, source, range);
    const end = Buffer.concat(literal);
    if (copied.length < this.rules.minPart) throw new Error('EntityTooSmall: the copied part of a joint');
    if (crc32(end) !== literalCrc32) throw new Error('BadDigest: a joint');
    this.bytesSent += end.length;
    const whole = Buffer.concat([copied, end]);
    this.objects.set(name, whole);
    return { key: name, etag: etagOf(whole), copiedCrc32: crc32(copied) };
  }
}

function rangeOf(objects: Objects, { key, etag }: StoredObject, { start, end }: ByteSpan): Buffer {
  const bytes = objects.get(key);
  if (!bytes) throw new Error(`NoSuchKey: ${key}`);
  if (etagOf(bytes) !== etag) throw new Error('PreconditionFailed');
  if (start < 0 || end > bytes.length || start >= end) throw new Error(`InvalidRange: ${start}-${end}`);
  return Buffer.from(bytes.subarray(start, end));
}

/** Returns the ETag that the memory store gives to these bytes. */
export function etagOf(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}
