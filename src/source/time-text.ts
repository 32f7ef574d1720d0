/** Returns a modification time in ISO 8601. Null for what is no time, or the beginning of the epoch, which means unknown. */
export function timeText(ms: number): string | null {
  return ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : null;
}
