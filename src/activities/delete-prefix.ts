import type { ObjectStore } from '../storage/object-store.js';

/** Objects deleted per request: what S3 takes at most. */
const BATCH = 1_000;

/** Deletes every object below a prefix that is `wanted` gone, in flat memory. Idempotent. */
export async function deletePrefix(
  store: ObjectStore,
  prefix: string,
  signal: AbortSignal,
  wanted: (key: string) => boolean = () => true,
): Promise<void> {
  let batch: string[] = [];
  for await (const { key } of store.list(prefix, { signal })) {
    if (!wanted(key)) continue;
    batch.push(key);
    if (batch.length < BATCH) continue;
    await store.delete(batch, signal);
    batch = [];
  }
  if (batch.length > 0) await store.delete(batch, signal);
}
