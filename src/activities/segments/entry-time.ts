/** Returns the modification time of entries whose source tells none, in seconds since the epoch. */
export function entryTime({ createdAt }: { createdAt: string }): number {
  return Math.floor(Date.parse(createdAt) / 1_000);
}
