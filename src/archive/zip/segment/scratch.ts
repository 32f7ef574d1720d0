/** Bytes on loan. */
export interface Loan {
  bytes: Buffer;
  release(): void;
}

interface Slab {
  buffer: Buffer;
  used: number;
  loans: number;
}

/** Lends bytes from slabs that it uses again, because allocating for each file makes memory use jump. */
export class Scratch {
  private readonly free: Buffer[] = [];
  private slab: Slab;

  /** @param size Most bytes of a loan. */
  constructor(private readonly size: number) {
    this.slab = this.newSlab();
  }

  take(size: number): Loan {
    if (this.slab.used + size > this.size) this.slab = this.newSlab();
    const { slab } = this;
    const bytes = slab.buffer.subarray(slab.used, slab.used + size);
    slab.used += size;
    slab.loans += 1;
    return { bytes, release: () => this.release(slab) };
  }

  private release(slab: Slab): void {
    slab.loans -= 1;
    if (slab.loans > 0) return;
    if (slab === this.slab) slab.used = 0;
    else this.free.push(slab.buffer);
  }

  private newSlab(): Slab {
    return { buffer: this.free.pop() ?? Buffer.allocUnsafeSlow(this.size), used: 0, loans: 0 };
  }
}
