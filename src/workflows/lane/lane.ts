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
import { LOOK_UP_OPTIONS } from '../activity-options.js';
import { acquireSignal, grantedSignal, laneQuery, releaseSignal } from '../messages.js';
import { SlotQueue } from './slot-queue.js';

/** How soon the lane looks for jobs that ended without a word, and how rarely when it keeps finding none. */
const FIRST_LOOK_MS = 10_000;
const LATEST_LOOK_MS = 60_000;
const LOOK_BACKOFF = 1.5;

/**
 * Gives out the slots of one user: a job builds only while it has one. Begins with the job that opened it in `state`,
 * and ends when it is empty; a job that comes then opens it anew. It cannot be cancelled: who waits in it waits for it.
 */
export async function laneWorkflow(state: LaneState): Promise<void> {
  await CancellationScope.nonCancellable(() => new Lane(state).run());
}

class Lane {
  private readonly queue: SlotQueue;

  constructor(state: LaneState) {
    this.queue = new SlotQueue(state);
    // None of them waits for anything, so that none is ever unfinished when the lane ends or continues as new. The
    // server lets no workflow end over a signal that it has not seen: it sees it first, or the lane is opened anew.
    setHandler(acquireSignal, (slot, maxRunning, ask) => this.queue.acquire(slot, maxRunning, ask));
    setHandler(releaseSignal, (slot) => this.queue.release(slot));
    setHandler(laneQuery, () => this.queue.jobs);
  }

  async run(): Promise<void> {
    void this.lookOut();
    while (!this.queue.isEmpty) {
      await Promise.all(this.queue.takeGranted().map((slot) => this.tell(slot)));
      if (this.queue.hasGranted) continue;
      if (isLong()) await continueAsNew<typeof laneWorkflow>(this.queue.state);
      await condition(() => this.queue.hasGranted || this.queue.isEmpty || isLong());
    }
  }

  /** Wakes a job that waited. One that is gone leaves its slot to the next. */
  private async tell(slot: Slot): Promise<void> {
    try {
      await getExternalWorkflowHandle(workflowIdFor(slot.jobId), slot.runId).signal(
        grantedSignal,
        Date.now(),
      );
    } catch {
      this.queue.release(slot);
    }
  }

  /**
   * A job that was terminated releases nothing, nor does one that was announced after its end. As long as somebody
   * waits for it, or may be such a one, and only then, the lane looks at those in it.
   */
  private async lookOut(): Promise<void> {
    const isWorthALook = () => this.queue.somebodyWaits || this.queue.holdsUnheard;
    for (;;) {
      await condition(isWorthALook);
      let pauseMs = FIRST_LOOK_MS;
      while (!(await condition(() => !isWorthALook(), pauseMs))) {
        const ended = await this.look();
        pauseMs = ended > 0 ? FIRST_LOOK_MS : Math.min(LATEST_LOOK_MS, pauseMs * LOOK_BACKOFF);
      }
    }
  }

  /** @returns how many had ended. */
  private async look(): Promise<number> {
    const { endedJobs } = proxyActivities<LaneActivities>(LOOK_UP_OPTIONS);
    const slots = this.queue.toLookUp();
    try {
      const ended = await endedJobs(slots);
      for (const slot of ended) this.queue.release(slot);
      this.queue.lookedAt(slots);
      return ended.length;
    } catch {
      // The next look tells.
      return 0;
    }
  }
}

/** The history has become so long that the lane goes on with a new one. */
function isLong(): boolean {
  return workflowInfo().continueAsNewSuggested;
}
