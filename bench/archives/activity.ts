import type { ActivityContext } from '../../src/activities/as-activity.js';
import type { SegmentDependencies } from '../../src/activities/segments/dependencies.js';
import { BufferPool } from '../../src/bytes/part-cutter.js';
import { ByteBudget } from '../../src/concurrency/byte-budget.js';
import { TemplateCatalogue } from '../../src/source/catalogue/template-catalogue.js';
import { ObjectSource } from '../../src/source/objects/object-source.js';
import type { MultipartStore, StoreCapabilities } from '../../src/storage/multipart-store.js';
import type { ObjectStore } from '../../src/storage/object-store.js';
import { SideObjects } from '../../src/storage/side-objects.js';
import { createLogger } from '../../src/telemetry/logger.js';

const logger = createLogger('error', 'bench');

/** What the activities of a worker work with, for one store. */
export function segmentDependencies(
  store: ObjectStore & MultipartStore,
  capabilities: StoreCapabilities,
): SegmentDependencies {
  return {
    catalogue: new TemplateCatalogue(),
    source: new ObjectSource(store),
    store,
    logger,
    engine: 'segments',
    capabilities: async () => capabilities,
    files: store,
    filesAreInStore: true,
    sideObjects: (prefix, known) => new SideObjects(store, prefix, known),
    sums: { find: async () => null, note: async () => {} },
    buffers: new BufferPool(),
    memory: new ByteBudget(Infinity),
    parallelism: 4,
  };
}

/** The context of a first attempt, outside of Temporal. */
export function activityContext(): ActivityContext {
  return {
    runId: 'bench',
    activityId: '1',
    attempt: 1,
    isLastAttempt: false,
    signal: new AbortController().signal,
    lastHeartbeat: null,
    reportProgress: () => {},
    logger,
  };
}
