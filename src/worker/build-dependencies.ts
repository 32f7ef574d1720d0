import type { SegmentDependencies } from '../activities/segments/dependencies.js';
import { BufferPool } from '../bytes/part-cutter.js';
import { ByteBudget } from '../concurrency/byte-budget.js';
import { measuredHttp } from '../outbound/measured-http.js';
import { countedSource } from '../source/counted-source.js';
import { createSource } from '../source/create-source.js';
import { CapabilityProbe } from '../storage/capability-probe.js';
import { countedRanges } from '../storage/counted-ranges.js';
import { sourceFilesOf } from '../storage/create-store.js';
import { SideObjects } from '../storage/side-objects.js';
import { SumCache } from '../storage/sum-cache.js';
import type { WorkerParts } from './parts.js';

/** Memory for large parts, beyond the usual size. It suffices for two segments of an archive of 240 GB. */
const LARGE_PARTS_BYTES = 72 * 1024 * 1024;

/** Wires file sources and the store to the activities that look files up and build archives. Counts their bytes. */
export function buildDependencies({ settings, logger, store, observed }: WorkerParts): SegmentDependencies {
  const files = sourceFilesOf(settings.catalogue.folder, settings.store, store);
  const sources = createSource(
    settings,
    files,
    observed && ((http, purpose) => measuredHttp(http, observed.outbound(purpose))),
  );
  const measure = observed?.instruments;
  const countBytes = (kind: 'object' | 'https', bytes: number) => measure?.sourceBytes.add({ kind }, bytes);
  const probe = new CapabilityProbe(store, logger);
  return {
    ...sources,
    source: measure ? countedSource(sources.source, countBytes) : sources.source,
    store,
    logger,
    engine: settings.worker.zipEngine,
    parallelism: settings.worker.buildParallelism,
    capabilities: (signal) => probe.capabilities(signal),
    files: measure ? countedRanges(files, (bytes) => countBytes('object', bytes)) : files,
    filesAreInStore: files === store,
    sideObjects: (prefix, capabilities) => new SideObjects(store, prefix, capabilities),
    sums: new SumCache(store),
    buffers: new BufferPool(),
    memory: new ByteBudget(LARGE_PARTS_BYTES),
  };
}
