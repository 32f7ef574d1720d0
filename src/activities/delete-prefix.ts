import type { ObjectStore } from '../storage/object-store.js';

/** Objects per delete request; the limit of S3. */
const BATCH = 1_000;

/** Deletes the objects below a prefix whose key `matches`. Uses constant memory. Idempotent. */
export async function deletePrefix(
  store: ObjectStore,
  prefix: string,
  signal: AbortSignal,
  matches: (key: string) => boolean = () => true,
): Promise<void> {
  let batch: string[] = [];
  for await (const { key } of store.list(prefix, { signal })) {
    if (!matches(key)) continue;
    batch.push(key);
    if (batch.length < BATCH) continue;
    await store.delete(batch, signal);
    batch = [];
  }
  if (batch.length > 0) await store.delete(batch, signal);
}
