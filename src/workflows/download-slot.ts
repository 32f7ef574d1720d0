import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { LaneActivities, Slot, SlotRequest } from '../contract/lanes.js';
import { laneIdFor } from '../contract/names.js';
import type { DownloadJob } from '../contract/types.js';
import { ACQUIRE_OPTIONS, OPEN_LANE_OPTIONS } from './activity-options.js';
import { grantedSignal, releaseSignal } from './messages.js';

/**
 * How long a job waits before it asks for its slot again, in case its lane was terminated and knows it no more. The
 * further behind it stands the longer, so that a thousand waiting jobs ask no more than once in ten seconds together.
 */
const ASK_AGAIN_MS = 15 * 60_000;
const PLACES_PER_TURN = 10;

/** The slot of one download in the lane of its user: asked for once, held until it is released. */
export class DownloadSlot {
  private readonly slot: Slot;
  private readonly asking = new CancellationScope();
  private asked: Promise<void> = Promise.resolve();
  private position = 1;
  private released = false;
  #granted = false;

  /** @param onGranted called once, when the job has its slot. */
  constructor(
    private readonly job: DownloadJob,
    private readonly onGranted: () => void,
  ) {
    const { jobId, priority, createdAt } = job;
    this.slot = { jobId, priority, runId: workflowInfo().runId, since: Date.parse(createdAt) };
    setHandler(grantedSignal, () => this.grant());
  }

  get granted(): boolean {
    return this.#granted;
  }

  /** Asks for the slot and returns at once; the answer comes while the job does something else. */
  ask(): void {
    // A job that is cancelled meanwhile learns of it elsewhere.
    this.asked = this.asking.run(() => this.openOrAcquire()).catch(() => {});
  }

  /** The job has its slot, or its place in the queue. */
  async answered(): Promise<void> {
    await Promise.race([this.asked, condition(() => this.#granted)]);
  }

  async untilGranted(): Promise<void> {
    for (;;) {
      const turns = Math.ceil(this.position / PLACES_PER_TURN);
      if (await condition(() => this.#granted, turns * ASK_AGAIN_MS)) return;
      await this.acquire();
    }
  }

  /**
   * Gives up the slot, or the place in the queue. Waits for the answer first if the job has just asked: the lane would
   * keep what was asked for after it was given up.
   */
  async release(): Promise<void> {
    this.released = true;
    this.asking.cancel();
    await this.asked;
    // An operator may have terminated the lane: then there is nothing to give back.
    const lane = getExternalWorkflowHandle(laneIdFor(this.job.userId));
    await lane.signal(releaseSignal, this.slot).catch(() => {});
  }

  /** Who is alone opens the lane, without a workflow task of its own; everybody else asks the lane that is open. */
  private async openOrAcquire(): Promise<void> {
    const { openLane } = proxyLocalActivities<LaneActivities>(OPEN_LANE_OPTIONS);
    if (await openLane(this.request).catch(() => false)) this.grant();
    else await this.acquire();
  }

  private async acquire(): Promise<void> {
    const { acquireSlot } = proxyActivities<LaneActivities>(ACQUIRE_OPTIONS);
    const { granted, position } = await acquireSlot(this.request);
    this.position = position;
    if (granted) this.grant();
  }

  private get request(): SlotRequest {
    const { userId, policy } = this.job;
    return { userId, maxRunning: policy.maxRunning, slot: this.slot };
  }

  private grant(): void {
    if (this.#granted || this.released) return;
    this.#granted = true;
    this.onGranted();
  }
}
