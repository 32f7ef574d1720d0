import { setTimeout as delay } from 'node:timers/promises';

/** Limits the bytes per second of all its users together. */
export class ByteRate {
  private freeAt = 0;

  constructor(private readonly bytesPerSecond: number) {}

  /** Resolves when `bytes` more may be sent. */
  async take(bytes: number): Promise<void> {
    const now = Date.now();
    this.freeAt = Math.max(now, this.freeAt) + (bytes / this.bytesPerSecond) * 1_000;
    await delay(this.freeAt - now);
  }
}
