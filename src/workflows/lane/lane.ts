import {
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { LaneActivities, LaneState, Slot } from '../../contract/lanes.js';
import { workflowIdFor } from '../../contract/names.js';
import { durationText, numberText } from '../../contract/quantities.js';
import { endedJobsOptions } from '../activity-options.js';
import { acquireSignal, grantedSignal, laneQuery, releaseSignal } from '../messages.js';
import { SlotQueue } from './slot-queue.js';

/** Interval of the probes for ended jobs: starts short and grows while the probes find none. */
const PROBE_INTERVAL_MS = 10_000;
const PROBE_INTERVAL_MAX_MS = 60_000;
const PROBE_BACKOFF = 1.5;

/**
 * A lane is the entity workflow `lane/{userId}` that limits how many downloads of one user build at once. A slot is
 * the right to build one download; the lane grants each slot to one run of a job, until that run releases it.
 *
 * The input contains the job that opened the lane. The lane completes when it is empty; the next job opens it again.
 * It ignores cancellation, because the jobs in its queue would wait in vain.
 */
export async function laneWorkflow(state: LaneState): Promise<void> {
  await CancellationScope.nonCancellable(() => new Lane(state).run());
}

class Lane {
  private readonly queue: SlotQueue;

  constructor(state: LaneState) {
    this.queue = new SlotQueue(state);
    // Handlers are synchronous, so none is unfinished when the lane completes or continues as new. The server never
    // closes a workflow with unprocessed signals, so none is lost.
    setHandler(acquireSignal, (slot, maxRunning) => this.queue.acquire(slot, maxRunning));
    setHandler(releaseSignal, (slot) => this.queue.release(slot));
    setHandler(laneQuery, () => this.queue.jobs);
  }

  async run(): Promise<void> {
    void this.probeWhileWaiting();
    while (!this.queue.isEmpty) {
      await Promise.all(this.queue.takeGranted().map((slot) => this.notify(slot)));
      if (this.queue.hasGranted) continue;
      if (isHistoryLong()) await continueAsNew<typeof laneWorkflow>(this.queue.state);
      await condition(() => this.queue.hasGranted || this.queue.isEmpty || isHistoryLong());
    }
  }

  /** Tells a job that it holds a slot. If the job has ended, the slot passes to the next one. */
  private async notify(slot: Slot): Promise<void> {
    try {
      const job = getExternalWorkflowHandle(workflowIdFor(slot.jobId), slot.runId);
      await job.signal(grantedSignal, Date.now());
    } catch {
      this.queue.release(slot);
    }
  }

  /** A terminated job never releases its slot, so probe the jobs in the lane while at least one waits. */
  private async probeWhileWaiting(): Promise<void> {
    for (;;) {
      await condition(() => this.queue.hasWaiting);
      let intervalMs = PROBE_INTERVAL_MS;
      while (!(await this.noneWaitsWithin(intervalMs))) {
        const ended = await this.releaseEnded();
        intervalMs =
          ended > 0 ? PROBE_INTERVAL_MS : Math.min(PROBE_INTERVAL_MAX_MS, intervalMs * PROBE_BACKOFF);
      }
    }
  }

  private noneWaitsWithin(intervalMs: number): Promise<boolean> {
    const summary = `Until the next look for ended jobs, ${durationText(intervalMs)}`;
    return condition(() => !this.queue.hasWaiting, intervalMs, { summary });
  }

  /** @returns the number of ended jobs. */
  private async releaseEnded(): Promise<number> {
    const probed = this.queue.nextProbe();
    const options = endedJobsOptions(`Look for ended jobs: ${numberText(probed.length)} in the lane`);
    const { endedJobs } = proxyActivities<LaneActivities>(options);
    try {
      const ended = await endedJobs(probed);
      for (const slot of ended) this.queue.release(slot);
      return ended.length;
    } catch {
      // The next probe follows within a minute.
      return 0;
    }
  }
}

/** True when the server suggests to continue as new. */
function isHistoryLong(): boolean {
  return workflowInfo().continueAsNewSuggested;
}
