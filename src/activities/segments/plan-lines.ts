import { parsePlanLines, type PlanEntry } from '../../archive/zip/plan/plan.js';
import type { ObjectStore } from '../../storage/object-store.js';

const NEWLINE = 0x0a;

/** Streams the entries of a plan object. Splits at newlines only, while `readline` of Node 24 also does at U+2028. */
export async function* planEntries(
  store: ObjectStore,
  key: string,
  signal: AbortSignal,
): AsyncGenerator<PlanEntry> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of (await store.read(key, { signal })) as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    yield* parsePlanLines(bytes.subarray(0, end));
    rest = bytes.subarray(end);
  }
}
