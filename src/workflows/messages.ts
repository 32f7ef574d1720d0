import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { LaneJobs, Slot } from '../contract/lanes.js';
import {
  ACQUIRE_SIGNAL,
  FILES_QUERY,
  GRANTED_SIGNAL,
  LANE_QUERY,
  RELEASE_SIGNAL,
  STATUS_QUERY,
} from '../contract/names.js';
import type { FileOutcome } from '../contract/files.js';
import type { JobSnapshot } from '../contract/snapshot.js';

/** Returns the current state of a job, without the byte progress inside the build. */
export const statusQuery = defineQuery<JobSnapshot>(STATUS_QUERY);

/** Returns the state of `limit` files from position `offset` on, in request order. */
export const filesQuery = defineQuery<FileOutcome[], [offset: number, limit: number]>(FILES_QUERY);

/** Sent to a lane: requests a slot. The lane sends `grantedSignal` once the job holds one. Idempotent. */
export const acquireSignal = defineSignal<[slot: Slot, maxRunning: number]>(ACQUIRE_SIGNAL);

/** Sent to a lane: gives up the slot, or the place in the queue. Idempotent. */
export const releaseSignal = defineSignal<[slot: Slot]>(RELEASE_SIGNAL);

/**
 * Sent to a download: it holds a slot since `at`, in milliseconds since the epoch by the lane's clock. Idempotent.
 */
export const grantedSignal = defineSignal<[at: number]>(GRANTED_SIGNAL);

/** Returns the jobs in a lane. */
export const laneQuery = defineQuery<LaneJobs>(LANE_QUERY);
