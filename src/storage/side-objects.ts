import type { ByteSpan, MultipartStore, ObjectVersion, StoreCapabilities } from './multipart-store.js';
import type { ObjectStore } from './object-store.js';

/** An object made of a copied range and literal bytes. */
export interface Joint extends ObjectVersion {
  /** CRC-32 of the copied range as the store tells it; null when it tells none. */
  copiedCrc32: number | null;
}

/** The small objects of one job, below one prefix. A name is written by one attempt only. */
export class SideObjects {
  /** Assembles an object inside the store; absent when the store cannot copy from the result. */
  readonly joint?: (
    name: string,
    source: ObjectVersion,
    range: ByteSpan,
    literal: readonly Uint8Array[],
    literalCrc32: number,
    signal: AbortSignal,
  ) => Promise<Joint>;

  constructor(
    private readonly store: ObjectStore & MultipartStore,
    private readonly prefix: string,
    { copies, copySums, joints, fullObjectChecked }: StoreCapabilities,
  ) {
    if (copies && copySums && joints) this.joint = this.jointWith(fullObjectChecked);
  }

  /** Stores an object. The buffers are free once this settles. */
  async put(name: string, buffers: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    await this.store.write(this.prefix + name, Buffer.concat(buffers), { signal });
  }

  async *get(name: string, signal: AbortSignal): AsyncGenerator<Buffer> {
    yield* (await this.store.read(this.prefix + name, { signal })) as AsyncIterable<Buffer>;
  }

  private jointWith(checked: boolean): NonNullable<SideObjects['joint']> {
    return async (name, source, range, literal, literalCrc32, signal) => {
      const upload = await this.store.begin(this.prefix + name, { checked }, signal);
      try {
        const copied = await upload.copyPart(1, source, range, signal);
        const sent = await upload.sendPart(2, literal, literalCrc32, signal);
        const { key, etag } = await upload.complete([copied, sent], null, signal);
        return { key, etag, copiedCrc32: copied.crc32 };
      } catch (error) {
        await upload.abort();
        throw error;
      }
    };
  }
}
