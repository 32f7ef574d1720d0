/** Remembers when the value of each entry last changed, by the local clock. */
export class Sightings {
  private seen = new Map<string, { value: number; at: number }>();

  /**
   * Replaces the entries; the first sighting of an entry counts as a change.
   * @returns milliseconds since the latest change; Infinity without entries.
   */
  update(entries: readonly (readonly [key: string, value: number])[], now: number): number {
    const current = entries.map(([key, value]) => {
      const known = this.seen.get(key);
      return [key, known?.value === value ? known : { value, at: now }] as const;
    });
    this.seen = new Map(current);
    return now - Math.max(...current.map(([, { at }]) => at));
  }

  get isEmpty(): boolean {
    return this.seen.size === 0;
  }

  /** Returns the number of entries that changed within the last `ms`. */
  changedWithin(ms: number, now: number): number {
    return [...this.seen.values()].filter(({ at }) => now - at < ms).length;
  }
}
