import type { StoreContext } from './context.js';
import { isOwn, type Item } from './item.js';

/** Jobs that are read from the server's list. */
const LISTED = 50;

/**
 * Takes up what this browser remembers, and what the server lists, with one request for all.
 * @param goOn pursues the remembered downloads.
 * @returns the download that completed last. Older ones wait for a click: browsers may ask before a second save.
 */
export async function takeUp(
  { client, records, signal, items, add, job, tell, show }: StoreContext,
  goOn: () => void,
): Promise<Item | undefined> {
  for (const record of records.all()) show(items.get(record.id) ?? add(record, !record.jobId));
  goOn();
  try {
    const page = await client.list({ limit: LISTED }, { signal });
    for (const status of page.items) tell(job(status.jobId), { status });
  } catch {
    // The downloads of this browser are there all the same.
  }
  let last: Item | undefined;
  for (const item of items.values()) {
    const isReady = isOwn(item) && item.shown?.state === 'completed';
    if (isReady && !(last && last.status!.completedAt! > item.status!.completedAt!)) last = item;
  }
  return last;
}
