const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429]);

/** Returns true for an HTTP status that a retry may change: 408, 425, 429 and 5xx. */
export function isTransientStatus(status: number): boolean {
  return TRANSIENT.has(status) || status >= 500;
}
