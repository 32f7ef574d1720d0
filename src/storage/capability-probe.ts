import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { errorCodeOf } from '../contract/errors.js';
import type { OperatorLog } from '../runtime/clock-watch.js';
import { PROBE_PREFIX, REMEMBERED_MS } from './keys.js';
import { NO_CAPABILITIES, type StoreCapabilities } from './multipart-store.js';
import { probeStore, type ProbedStore } from './store-probe.js';

/** Increase it when the probe, or what relies on its result, changes: every store is then probed again. */
const REVISION = 2;

/** Key of the object that keeps the result. */
export const RESULT_KEY = `${PROBE_PREFIX}${REVISION}.json`;

/** Pause after a probe that failed. Until then the store is used in the simplest way. */
const RETRY_MS = 60_000;

/** Time for which a store counts as one without segments. What spoiled the probe may be gone afterwards. */
const NEGATIVE_MS = 3_600_000;

/** Tells what the store can do: from a probe, whose result an object of the store keeps for all processes. */
export class CapabilityProbe {
  private found: Promise<StoreCapabilities> | undefined;
  /** When to look again. */
  private foundUntil = Infinity;

  /** @param now a clock in milliseconds. */
  constructor(
    private readonly store: ProbedStore,
    private readonly log: OperatorLog,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Returns the capabilities of the store. Probes it at the first call, unless it was probed in the last 90 days. A store
   * whose probe fails has none for a minute, and one that takes no segments counts as such for an hour.
   * @param signal ends the wait. The probe goes on, because others may wait for it.
   * @throws the reason of `signal`; as `ObjectStore.head` when the store cannot tell whether it was probed, otherwise a
   * large archive would be built in one stream because of one failed request.
   */
  async capabilities(signal?: AbortSignal): Promise<StoreCapabilities> {
    return signal ? orAborted(this.known(), signal) : this.known();
  }

  private async known(): Promise<StoreCapabilities> {
    if (this.store.knownCapabilities) return this.store.knownCapabilities;
    if (this.now() >= this.foundUntil) this.found = undefined;
    try {
      return await (this.found ??= this.find());
    } catch (error) {
      this.found = undefined;
      throw error;
    }
  }

  private async find(): Promise<StoreCapabilities> {
    this.foundUntil = Infinity;
    const kept = await keptProbe(this.store);
    const leftMs = kept ? this.leftMs(kept) : 0;
    if (kept && leftMs > 0) {
      this.foundUntil = this.now() + leftMs;
      this.log.info({ ...kept.capabilities, probedAt: kept.probedAt }, 'the object store was probed before');
      return kept.capabilities;
    }
    try {
      const found = await this.probed();
      this.foundUntil = this.now() + validMs(found);
      return found;
    } catch (error) {
      this.log.warn(
        { err: error },
        'the object store cannot be probed; archives are built in one stream until then',
      );
      this.foundUntil = this.now() + RETRY_MS;
      return NO_CAPABILITIES;
    }
  }

  /** Returns for how long a result still counts, by the store's clock. */
  private leftMs({ capabilities, probedAt }: KeptProbe): number {
    const ageMs = Date.now() - this.store.clockAheadMs() - probedAt.getTime();
    return validMs(capabilities) - Math.max(0, ageMs);
  }

  private async probed(): Promise<StoreCapabilities> {
    const found = await probeStore(this.store, `${PROBE_PREFIX}${randomUUID()}/`);
    this.log.info({ ...found }, 'the object store was probed');
    // Best effort: without it, the next process probes again.
    await this.store.write(RESULT_KEY, Buffer.from(JSON.stringify(found))).catch((error: unknown) => {
      this.log.warn({ err: error }, 'the result of the probe cannot be kept');
    });
    return found;
  }
}

function validMs({ segments }: StoreCapabilities): number {
  return segments ? REMEMBERED_MS : NEGATIVE_MS;
}

/** The result of a probe, as the store keeps it. */
export interface KeptProbe {
  capabilities: StoreCapabilities;
  probedAt: Date;
}

/**
 * Returns what a process of this revision found out about the store; null when none did.
 * @throws as `ObjectStore.head`.
 */
export async function keptProbe(store: Pick<ProbedStore, 'head' | 'readInto'>): Promise<KeptProbe | null> {
  try {
    const { size, etag, lastModified } = await store.head(RESULT_KEY);
    const bytes = Buffer.alloc(size);
    await store.readInto(RESULT_KEY, { etag, start: 0, end: size }, bytes);
    const capabilities = capabilitiesIn(bytes.toString());
    return capabilities && { capabilities, probedAt: lastModified };
  } catch (error) {
    // S3 without the right to list denies absent objects.
    const code = errorCodeOf(error);
    if (code === 'FILE_NOT_FOUND' || code === 'FILE_FORBIDDEN' || code === 'FILE_CHANGED') return null;
    throw error;
  }
}

/** Returns null for anything that this revision did not write. */
function capabilitiesIn(json: string): StoreCapabilities | null {
  try {
    const value = JSON.parse(json) as Record<string, unknown>;
    const names = Object.keys(NO_CAPABILITIES);
    return names.every((name) => typeof value[name] === 'boolean')
      ? (value as unknown as StoreCapabilities)
      : null;
  } catch {
    return null;
  }
}

async function orAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const settled = new AbortController();
  const aborted = once(signal, 'abort', { signal: settled.signal }).then(() => {
    throw signal.reason;
  });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    settled.abort();
    aborted.catch(() => {});
  }
}
