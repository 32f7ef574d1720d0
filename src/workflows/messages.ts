import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { Ask, LaneJobs, Slot } from '../contract/lanes.js';
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

/** The truth about a job, byte progress within the build excepted. */
export const statusQuery = defineQuery<JobSnapshot>(STATUS_QUERY);

/** What is known of `limit` files from position `offset` on, in the order of the request. */
export const filesQuery = defineQuery<FileOutcome[], [offset: number, limit: number]>(FILES_QUERY);

/** To a lane: the job wants a slot, and is told when it has one. Idempotent. */
export const acquireSignal = defineSignal<[slot: Slot, maxRunning: number, ask?: Ask]>(ACQUIRE_SIGNAL);

/** To a lane: the job needs its slot, or its place in the queue, no more. Idempotent. */
export const releaseSignal = defineSignal<[slot: Slot]>(RELEASE_SIGNAL);

/** To a download that waits: it has a slot, since `at` by the lane's own time. Lanes of before told no time. */
export const grantedSignal = defineSignal<[at?: number]>(GRANTED_SIGNAL);

/** Who is in a lane. */
export const laneQuery = defineQuery<LaneJobs>(LANE_QUERY);
