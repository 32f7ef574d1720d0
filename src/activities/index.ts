import type { DownloadActivities } from '../contract/activities.js';
import type { SweepActivities } from '../contract/sweep.js';
import type { Catalogue } from '../source/catalogue.js';
import type { FileSource } from '../source/file-source.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { Logger } from '../telemetry/logger.js';
import { asActivity } from './as-activity.js';
import { buildArchive } from './build-archive.js';
import { prepareFiles } from './prepare-files.js';
import { publishArchive } from './publish-archive.js';
import { removeArtifacts } from './remove-artifacts.js';
import { sweepArtifacts, type SweepDependencies } from './sweep-artifacts.js';

/** What activities work with; the worker's composition root makes them. */
export interface ActivityDependencies {
  catalogue: Catalogue;
  source: FileSource;
  store: ObjectStore;
  logger: Logger;
}

/** The activities of the download workflow, ready to be registered with a worker. */
export function createActivities(deps: ActivityDependencies): DownloadActivities {
  return {
    prepareFiles: asActivity(deps, prepareFiles),
    buildArchive: asActivity(deps, buildArchive),
    publishArchive: asActivity(deps, publishArchive),
    removeArtifacts: asActivity(deps, removeArtifacts),
  };
}

/** The activities of the sweep. */
export function createSweepActivities(deps: SweepDependencies): SweepActivities {
  return { sweepArtifacts: asActivity(deps, sweepArtifacts) };
}
