import type { Limits } from '../../archive/zip/limits.js';
import type { Buffers, SideObjects } from '../../archive/zip/ports.js';
import type { ByteBudget } from '../../concurrency/byte-budget.js';
import type { MultipartStore, RangeReader, StoreCapabilities } from '../../storage/multipart-store.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { SumCache } from '../../storage/sum-cache.js';
import type { ActivityDependencies } from '../dependencies.js';

/** Dependencies of the activities that build archives from segments. */
export interface SegmentDependencies extends ActivityDependencies {
  store: ObjectStore & MultipartStore;
  /** `streamed` builds every archive in one stream. */
  engine: 'segments' | 'streamed';
  /** Segments of a job that workers build at once. */
  parallelism: number;
  /** @throws the reason of `signal`; as `ObjectStore.head` while the store is away. */
  capabilities(signal: AbortSignal): Promise<StoreCapabilities>;
  /** Reads the files of kind `object`. */
  files: RangeReader;
  /** True when these files are in the store of the archives, which can copy them then. */
  filesAreInStore: boolean;
  /** Returns the side objects below a prefix. */
  sideObjects(prefix: string, capabilities: StoreCapabilities): SideObjects;
  sums: Pick<SumCache, 'find' | 'note'>;
  buffers: Buffers;
  /** Memory of this worker for what parts take beyond the usual size. */
  memory: ByteBudget;
  /** Sizes of the engine; its own by default. */
  limits?: Limits;
}
