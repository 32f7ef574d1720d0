import type {
  BeginOptions,
  ByteSpan,
  LocalUpload,
  MultipartStore,
  ObjectVersion,
  SentPart,
} from './multipart-store.js';
import type { ObjectStore } from './object-store.js';

/**
 * Most bytes that are held. Fewer than two of the smallest parts, so that never two parts of one try at an archive are
 * held together with one of an earlier try.
 */
export const MAX_HELD = 8 * 1024 * 1024;

interface HeldPart {
  bytes: Buffer;
  crc32: number;
  position: number;
}

/** Holds the parts of a small object, which one request stores. Begins an upload when they are too many. */
export class HeldUpload {
  private readonly held = new Map<number, HeldPart>();
  private upload: LocalUpload | null = null;
  private begun: Promise<Map<number, SentPart>> | null = null;

  constructor(
    private readonly store: ObjectStore & MultipartStore,
    private readonly key: string,
    private readonly options: BeginOptions & { expectedSize: number },
  ) {}

  /** Begins the upload now, so that a folder refuses what its disk has no space for before any file is read. */
  begin(signal: AbortSignal): Promise<Map<number, SentPart>> {
    return (this.begun ??= this.sendHeld(signal));
  }

  /** @see LocalUpload.sendPart */
  async sendPart(
    number: number,
    buffers: readonly Uint8Array[],
    crc32: number,
    signal: AbortSignal,
    position = 0,
  ): Promise<SentPart> {
    const size = buffers.reduce((sum, { length }) => sum + length, 0);
    if (!this.begun && this.heldWithout(number) + size <= MAX_HELD) {
      this.held.set(number, { bytes: Buffer.concat(buffers), crc32, position });
      return { number, etag: '', size, crc32 };
    }
    await this.begin(signal);
    return this.upload!.sendPart(number, buffers, crc32, signal, position);
  }

  async copyPart(
    number: number,
    source: ObjectVersion,
    range: ByteSpan,
    signal: AbortSignal,
  ): Promise<SentPart> {
    await this.begin(signal);
    return this.upload!.copyPart(number, source, range, signal);
  }

  /** @returns the object when one request stored it; null when it was sent in parts. */
  async complete(parts: readonly SentPart[], crc32: number, signal: AbortSignal): Promise<Buffer | null> {
    if (!this.begun) {
      const bytes = Buffer.concat(parts.map(({ number }) => this.held.get(number)!.bytes));
      const { contentType } = this.options;
      await this.store.write(this.key, bytes, { signal, ...(contentType !== undefined && { contentType }) });
      return bytes;
    }
    const sent = await this.begun;
    const all = parts.map((part) => (part.etag === '' ? sent.get(part.number)! : part));
    await this.upload!.complete(all, crc32, signal);
    return null;
  }

  /** Best effort. Does nothing after completion. */
  async abort(): Promise<void> {
    await this.begun?.catch(() => {});
    await this.upload?.abort();
  }

  private heldWithout(number: number): number {
    let size = 0;
    for (const [other, { bytes }] of this.held) if (other !== number) size += bytes.length;
    return size;
  }

  private async sendHeld(signal: AbortSignal): Promise<Map<number, SentPart>> {
    const upload = await this.store.beginLocal(this.key, this.options, signal);
    this.upload = upload;
    const sent = new Map<number, SentPart>();
    for (const [number, { bytes, crc32, position }] of this.held)
      sent.set(number, await upload.sendPart(number, [bytes], crc32, signal, position));
    this.held.clear();
    return sent;
  }
}
