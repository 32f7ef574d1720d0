const WINDOW_MS = 10_000;

/** Moving average of the last 10 s. */
export class Speed {
  private samples: { at: number; bytes: number }[] = [];

  /** Adds a count of bytes; a count below the last one begins again. */
  add(bytes: number, at: number): void {
    if (bytes < (this.samples.at(-1)?.bytes ?? 0)) this.samples = [];
    this.samples.push({ at, bytes });
    while (this.samples.length > 2 && this.samples[1]!.at <= at - WINDOW_MS) this.samples.shift();
  }

  /** Bytes per second; null before two samples that are a second apart. */
  get bytesPerSecond(): number | null {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || last.at - first.at < 1_000) return null;
    return ((last.bytes - first.bytes) * 1_000) / (last.at - first.at);
  }
}
