import type { DownloadActivities } from '../contract/activities.js';
import type { SegmentActivities } from '../contract/segments.js';
import type { SweepActivities } from '../contract/sweep.js';
import { asActivity } from './as-activity.js';
import { buildArchive } from './build/build-archive.js';
import type { ActivityDependencies } from './dependencies.js';
import { prepareFiles } from './prepare-files.js';
import { publishArchive } from './publish-archive.js';
import { removeArtifacts } from './remove-artifacts.js';
import { buildSegment } from './segments/build-segment.js';
import type { SegmentDependencies } from './segments/dependencies.js';
import { finishArchive } from './segments/finish-archive.js';
import { planArchive } from './segments/plan-archive.js';
import { sweepArtifacts, type SweepDependencies } from './sweep/sweep-artifacts.js';

/** Creates the activities of the download workflow, to be registered with a worker. */
export function createActivities(deps: ActivityDependencies | SegmentDependencies): DownloadActivities {
  return {
    prepareFiles: asActivity(deps, prepareFiles),
    buildArchive: asActivity(deps, buildArchive),
    publishArchive: asActivity(deps, publishArchive),
    removeArtifacts: asActivity(deps, removeArtifacts),
  };
}

/** Creates the activities that build archives from segments. */
export function createSegmentActivities(deps: SegmentDependencies): SegmentActivities {
  return {
    planArchive: asActivity(deps, planArchive),
    buildSegment: asActivity(deps, buildSegment),
    finishArchive: asActivity(deps, finishArchive),
  };
}

/** Creates the activities of the sweep workflow. */
export function createSweepActivities(deps: SweepDependencies): SweepActivities {
  return { sweepArtifacts: asActivity(deps, sweepArtifacts) };
}
