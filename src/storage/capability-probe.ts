import { randomUUID } from 'node:crypto';
import { errorCodeOf } from '../contract/errors.js';
import type { OperatorLog } from '../runtime/clock-watch.js';
import { PROBE_PREFIX } from './keys.js';
import { NO_CAPABILITIES, type StoreCapabilities } from './multipart-store.js';
import { probeStore, type ProbedStore } from './store-probe.js';

/** Increase it when the probe, or what relies on its result, changes: every store is then probed again. */
const REVISION = 1;

const RESULT_KEY = `${PROBE_PREFIX}${REVISION}.json`;

/** Pause after a probe that failed. Until then the store is used in the simplest way. */
const RETRY_MS = 60_000;

/** Tells what the store can do: from a probe, whose result an object of the store keeps for all processes. */
export class CapabilityProbe {
  private found: Promise<StoreCapabilities> | undefined;
  private retryAt = -Infinity;

  /** @param now a clock in milliseconds. */
  constructor(
    private readonly store: ProbedStore,
    private readonly log: OperatorLog,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Returns the capabilities of the store. Probes it at the first call, unless it was probed before. Never rejects: a
   * store that cannot be probed now has none, and is probed later.
   */
  async capabilities(): Promise<StoreCapabilities> {
    if (this.store.knownCapabilities) return this.store.knownCapabilities;
    if (!this.found && this.now() < this.retryAt) return NO_CAPABILITIES;
    try {
      return await (this.found ??= this.find());
    } catch (error) {
      this.log.warn(
        { err: error },
        'the object store cannot be probed; archives are built in one stream until then',
      );
      this.found = undefined;
      this.retryAt = this.now() + RETRY_MS;
      return NO_CAPABILITIES;
    }
  }

  private async find(): Promise<StoreCapabilities> {
    const remembered = await this.remembered();
    if (remembered) return remembered;
    const found = await probeStore(this.store, `${PROBE_PREFIX}${randomUUID()}/`);
    this.log.info({ ...found }, 'the object store was probed');
    // Best effort: without it, the next process probes again.
    await this.store.write(RESULT_KEY, Buffer.from(JSON.stringify(found))).catch((error: unknown) => {
      this.log.warn({ err: error }, 'the result of the probe cannot be kept');
    });
    return found;
  }

  private async remembered(): Promise<StoreCapabilities | null> {
    try {
      const { size, etag } = await this.store.head(RESULT_KEY);
      const bytes = Buffer.alloc(size);
      await this.store.readInto(RESULT_KEY, { etag, start: 0, end: size }, bytes);
      return capabilitiesIn(bytes.toString());
    } catch (error) {
      // S3 without the right to list denies absent objects.
      const code = errorCodeOf(error);
      if (code === 'FILE_NOT_FOUND' || code === 'FILE_FORBIDDEN' || code === 'FILE_CHANGED') return null;
      throw error;
    }
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
