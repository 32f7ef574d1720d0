import pMap from 'p-map';
import { layOut } from '../../archive/zip/finish/archive-layout.js';
import { readSide } from '../../archive/zip/finish/side-bytes.js';
import { LIMITS } from '../../archive/zip/limits.js';
import type { PlanEntry } from '../../archive/zip/plan/plan.js';
import type { SideObjects } from '../../archive/zip/ports.js';
import { parseResult } from '../../archive/zip/segment/segment-result.js';
import type { SegmentResult } from '../../archive/zip/segment/write-segment.js';
import type { SegmentDependencies } from './dependencies.js';

const NOTES_AT_ONCE = 16;

interface Built {
  segments: readonly SegmentResult[];
  entries: AsyncIterable<PlanEntry> | Iterable<PlanEntry>;
  side: SideObjects;
}

/** Notes the checksums of large objects that were read, so that the next archive copies them inside the store. */
export async function noteSums(
  { sums, limits = LIMITS }: Pick<SegmentDependencies, 'sums' | 'limits'>,
  { segments, entries, side }: Built,
  signal: AbortSignal,
): Promise<void> {
  const large = new Map<string, PlanEntry>();
  for await (const entry of entries)
    if (entry.source.kind === 'object' && entry.size >= limits.minCopy) large.set(entry.name, entry);
  if (large.size === 0) return;
  const results = [];
  for (const { name } of segments) results.push(parseResult(await readSide(side, name, signal)));
  const unknown = [];
  for (const { name, crc32 } of layOut(results).records()) {
    const { source, crc32: known } = large.get(name) ?? {};
    if (source?.kind === 'object' && crc32 !== known) unknown.push({ source, crc32 });
  }
  await pMap(unknown, ({ source, crc32 }) => sums.note(source, crc32), { concurrency: NOTES_AT_ONCE });
}
