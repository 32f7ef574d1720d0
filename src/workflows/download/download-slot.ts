import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type Ask, type LaneActivities, type Slot, slotOf } from '../../contract/lanes.js';
import { laneIdFor } from '../../contract/names.js';
import type { DownloadJob } from '../../contract/job.js';
import { ENTER_LANE_OPTIONS } from '../activity-options.js';
import { grantedSignal, releaseSignal } from '../messages.js';

/**
 * How long a job waits before it asks for its slot again, in case its lane was terminated and knows it no more. Doubles
 * each time, so that a thousand waiting jobs hardly ask at all.
 */
const ASK_AGAIN_MS = 15 * 60_000;
const ASK_AGAIN_MAX_MS = 2 * 3_600_000;

/** The slot of one download in the lane of its user: asked for once, held until it is released. */
export class DownloadSlot {
  private readonly slot: Slot;
  private readonly asking = new CancellationScope();
  private asked: Promise<void> = Promise.resolve();
  private released = false;
  #granted = false;

  /** @param onGranted called once, when the job has its slot; told since when, in milliseconds since the epoch. */
  constructor(
    private readonly job: DownloadJob,
    private readonly onGranted: (at: number) => void,
  ) {
    this.slot = slotOf(job, workflowInfo().runId);
    setHandler(grantedSignal, (at = Date.now()) => this.grant(at));
  }

  get granted(): boolean {
    return this.#granted;
  }

  /** Asks for the slot and returns at once: the lane answers while the job does something else. */
  ask(): void {
    // A job that is cancelled meanwhile learns of it elsewhere.
    this.asked = this.asking.run(() => this.enter('first')).catch(() => {});
  }

  async untilGranted(): Promise<void> {
    let pauseMs = ASK_AGAIN_MS;
    while (!(await condition(() => this.#granted, pauseMs))) {
      await this.enter('again');
      pauseMs = Math.min(ASK_AGAIN_MAX_MS, 2 * pauseMs);
    }
  }

  /**
   * Gives up the slot, or the place in the queue. Waits first until it has been asked for: the lane would keep what
   * is asked for after it was given up.
   */
  async release(): Promise<void> {
    this.released = true;
    this.asking.cancel();
    await this.asked;
    // An operator may have terminated the lane: then there is nothing to give back.
    const lane = getExternalWorkflowHandle(laneIdFor(this.job.userId));
    await lane.signal(releaseSignal, this.slot).catch(() => {});
  }

  private async enter(ask: Ask): Promise<void> {
    const { userId, policy } = this.job;
    const { enterLane } = proxyLocalActivities<LaneActivities>(ENTER_LANE_OPTIONS);
    if (await enterLane({ userId, maxRunning: policy.maxRunning, slot: this.slot, ask })) {
      this.grant(Date.now());
    }
  }

  private grant(at: number): void {
    if (this.#granted || this.released) return;
    this.#granted = true;
    this.onGranted(at);
  }
}
