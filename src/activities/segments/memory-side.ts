import type { SideObjects } from '../../archive/zip/ports.js';

/** Keeps in memory what several workers would exchange through the store. Joints stay in the store: it copies them. */
export class MemorySide implements SideObjects {
  readonly joint?: NonNullable<SideObjects['joint']>;
  private readonly objects = new Map<string, Buffer>();

  constructor(stored: Pick<SideObjects, 'joint'>) {
    if (stored.joint) this.joint = stored.joint.bind(stored);
  }

  async put(name: string, buffers: readonly Uint8Array[]): Promise<void> {
    this.objects.set(name, Buffer.concat(buffers));
  }

  async *get(name: string): AsyncGenerator<Uint8Array> {
    yield this.objects.get(name)!;
  }
}
