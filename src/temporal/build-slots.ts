import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit, WorkerOptions } from '@temporalio/worker';

/** Interval in which a worker that is short of memory looks again. */
const CHECK_MS = 1_000;

/** Reports to operators. */
interface Log {
  warn(fields: object, message: string): void;
}

/**
 * Slots for builds: a limited number, and no further one while memory is short, otherwise the system would kill the
 * process with all its builds. A worker without a build always takes one, otherwise it might never take any.
 */
export class BuildSlots implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = 'custom';
  private taken = 0;
  private warned = false;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly count: number,
    private readonly memory: { isShort: boolean },
    private readonly log: Log,
  ) {}

  /** @throws the reason of the signal. */
  async reserveSlot(_context: unknown, signal: AbortSignal): Promise<SlotPermit> {
    for (;;) {
      signal.throwIfAborted();
      const permit = this.tryReserveSlot();
      if (permit) return permit;
      await this.change(signal);
    }
  }

  tryReserveSlot(): SlotPermit | null {
    if (this.taken >= this.count || (this.taken > 0 && this.isMemoryShort())) return null;
    this.taken += 1;
    return {};
  }

  markSlotUsed(): void {}

  releaseSlot(): void {
    this.taken -= 1;
    for (const wake of this.waiting) wake();
  }

  private isMemoryShort(): boolean {
    const { isShort } = this.memory;
    if (isShort && !this.warned) this.log.warn({ builds: this.taken }, 'memory is short: no further build');
    this.warned = isShort;
    return isShort;
  }

  /** Resolves when a slot was released, when the memory is to be read again, or when the signal aborts. */
  private change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, CHECK_MS);
      this.waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

/** The options of a worker that takes builds. @param memory undefined without a limit. */
export function buildSlotOptions(
  count: number,
  memory: { isShort: boolean } | undefined,
  log: Log,
): Pick<WorkerOptions, 'tuner' | 'maxConcurrentActivityTaskExecutions'> {
  if (!memory) return { maxConcurrentActivityTaskExecutions: count };
  const unused = { type: 'fixed-size', numSlots: 2 } as const;
  return {
    tuner: {
      activityTaskSlotSupplier: new BuildSlots(count, memory, log),
      workflowTaskSlotSupplier: unused,
      localActivityTaskSlotSupplier: unused,
      nexusTaskSlotSupplier: unused,
    },
  };
}
