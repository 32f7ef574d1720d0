import type { LaneJobs, LaneState, Slot } from '../../contract/lanes.js';

/** Waiting jobs per probe, so that a probe of a lane with a thousand of them costs no more than one with twenty. */
const WAITING_PER_PROBE = 20;

/**
 * The slots of one lane and the queue for them. The order is the post time, with jobs of priority `low` behind all
 * others. A slot is never free while a job waits.
 */
export class SlotQueue {
  private maxRunning: number;
  private readonly running: Slot[];
  private readonly waiting: Slot[];
  private granted: Slot[] = [];
  private probed = 0;

  constructor(state: LaneState) {
    this.maxRunning = state.maxRunning;
    this.running = [...state.running];
    this.waiting = [...state.waiting];
    this.grant();
  }

  get state(): LaneState {
    return { maxRunning: this.maxRunning, running: this.running, waiting: this.waiting };
  }

  get jobs(): LaneJobs {
    return { running: this.running.map(jobIdOf), waiting: this.waiting.map(jobIdOf) };
  }

  get isEmpty(): boolean {
    return this.running.length === 0 && this.waiting.length === 0;
  }

  get hasWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** True while a job holds a slot and has not been notified. */
  get hasGranted(): boolean {
    return this.granted.length > 0;
  }

  /** Adds a job to the lane. A job that is in the lane keeps its place; one that holds a slot is notified again. */
  acquire(slot: Slot, maxRunning: number): void {
    this.maxRunning = maxRunning;
    if (find(this.running, slot)) {
      if (!find(this.granted, slot)) this.granted.push(slot);
    } else if (!find(this.waiting, slot)) this.enqueue(slot);
    this.grant();
  }

  /** Removes a job from the lane. Does nothing for a job that is not in it. */
  release(slot: Slot): void {
    remove(this.running, slot);
    remove(this.waiting, slot);
    remove(this.granted, slot);
    this.grant();
  }

  /** Returns the slots whose jobs have not been notified, each once. */
  takeGranted(): Slot[] {
    const granted = this.granted;
    this.granted = [];
    return granted;
  }

  /** Returns the slots to probe: all that run, and the next few that wait, in rotation. */
  nextProbe(): Slot[] {
    const first = this.probed < this.waiting.length ? this.probed : 0;
    this.probed = first + WAITING_PER_PROBE;
    return [...this.running, ...this.waiting.slice(first, this.probed)];
  }

  private enqueue(slot: Slot): void {
    const behind = this.waiting.findIndex((other) => isBefore(slot, other));
    this.waiting.splice(behind === -1 ? this.waiting.length : behind, 0, slot);
  }

  private grant(): void {
    const free = Math.max(0, this.maxRunning - this.running.length);
    const next = this.waiting.splice(0, free);
    this.running.push(...next);
    this.granted.push(...next);
  }
}

function isBefore(a: Slot, b: Slot): boolean {
  return a.priority === b.priority ? a.since < b.since : b.priority === 'low';
}

/** Compares runs too, because the slot of an earlier run does not belong to a job that was started again. */
function isSame(a: Slot, b: Slot): boolean {
  return a.jobId === b.jobId && a.runId === b.runId;
}

function find(slots: readonly Slot[], slot: Slot): Slot | undefined {
  return slots.find((other) => isSame(other, slot));
}

function remove(slots: Slot[], slot: Slot): void {
  const index = slots.findIndex((other) => isSame(other, slot));
  if (index !== -1) slots.splice(index, 1);
}

function jobIdOf({ jobId }: Slot): string {
  return jobId;
}
