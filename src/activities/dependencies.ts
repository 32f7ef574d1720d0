import type { Catalogue } from '../source/catalogue/catalogue.js';
import type { FileSource } from '../source/file-source.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { Logger } from '../telemetry/logger.js';

/** Dependencies of the activities, created in `worker/build-dependencies.ts`. */
export interface ActivityDependencies {
  catalogue: Catalogue;
  source: FileSource;
  store: ObjectStore;
  logger: Logger;
}
