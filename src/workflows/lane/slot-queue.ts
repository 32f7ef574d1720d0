import { announcedSlot, type Ask, type LaneJobs, type LaneState, type Slot } from '../../contract/lanes.js';

/** Waiting jobs looked up at a time, so that a look at a thousand of them costs no more than one at twenty. */
const WAITING_PER_LOOK = 20;

/**
 * Who has a slot of a lane, and who waits for one. First come, first served, but a job of priority `low` only when no
 * other waits. Jobs are announced in the order in which they were posted; one that was not goes where its time is.
 * Nobody waits while a slot is free.
 */
export class SlotQueue {
  private maxRunning: number;
  private readonly running: Slot[];
  private readonly waiting: Slot[];
  private granted: Slot[] = [];
  private looked = 0;

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

  get somebodyWaits(): boolean {
    return this.waiting.length > 0;
  }

  /** Whether somebody has a slot by an announcement alone. */
  get holdsUnheard(): boolean {
    return this.running.some(({ unheard }) => unheard !== undefined);
  }

  /** Whether somebody has a slot and was not told. */
  get hasGranted(): boolean {
    return this.granted.length > 0;
  }

  /** A job that is in the lane keeps what it has, and when it asks again it is told again. */
  acquire(slot: Slot, maxRunning: number, ask: Ask = 'first'): void {
    this.maxRunning = maxRunning;
    const known = this.find(slot);
    if (!known) this.enqueue(slot, ask);
    else if (ask !== 'announced') delete known.unheard;
    if (ask === 'again' && find(this.running, slot) && !find(this.granted, slot)) this.granted.push(slot);
    this.grant();
  }

  release(slot: Slot): void {
    remove(this.running, slot);
    remove(this.waiting, slot);
    remove(this.granted, slot);
    this.grant();
  }

  /** Those who have a slot and were not told, each once. */
  takeGranted(): Slot[] {
    const granted = this.granted;
    this.granted = [];
    return granted;
  }

  /** Whom to look up now: all that have a slot, and some of those who wait, others each time. */
  toLookUp(): Slot[] {
    const first = this.looked < this.waiting.length ? this.looked : 0;
    this.looked = first + WAITING_PER_LOOK;
    return [...this.running, ...this.waiting.slice(first, this.looked)];
  }

  /** These were looked at, and had not ended. */
  lookedAt(slots: readonly Slot[]): void {
    for (const slot of slots) {
      const known = this.find(slot);
      if (!known?.unheard) continue;
      known.unheard -= 1;
      if (known.unheard === 0) delete known.unheard;
    }
  }

  private find(slot: Slot): Slot | undefined {
    return find(this.running, slot) ?? find(this.waiting, slot);
  }

  private enqueue(slot: Slot, ask: Ask): void {
    const announced = ask === 'announced';
    const behind = this.waiting.findIndex((other) =>
      announced ? yieldsTo(other, slot) : isBefore(slot, other),
    );
    const place = behind === -1 ? this.waiting.length : behind;
    this.waiting.splice(place, 0, announced ? announcedSlot(slot) : slot);
  }

  private grant(): void {
    const free = Math.max(0, this.maxRunning - this.running.length);
    const next = this.waiting.splice(0, free);
    this.running.push(...next);
    this.granted.push(...next);
  }
}

function isBefore(a: Slot, b: Slot): boolean {
  return a.priority === b.priority ? a.since < b.since : yieldsTo(b, a);
}

function yieldsTo(a: Slot, b: Slot): boolean {
  return a.priority === 'low' && b.priority !== 'low';
}

/** A job that was started anew is another run: what its earlier run had is not its own. */
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
