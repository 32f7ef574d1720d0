import { text } from 'node:stream/consumers';
import { errorCodeOf } from '../contract/errors.js';
import type { OperatorLog } from '../runtime/clock-watch.js';
import { MARKER_KEY } from './keys.js';
import type { ObjectStore } from './object-store.js';

/** A Temporal namespace. A new one under an old name has another id. */
export interface Namespace {
  id: string;
  name: string;
}

/** The sweep must not run on this store: the jobs that own its archives are unknown here. */
export class ForeignStore extends Error {
  override readonly name = 'ForeignStore';

  constructor(owner: string) {
    super(
      `The archives belong to the Temporal namespace ${owner}, whose jobs are unknown here. The sweep deletes nothing. ` +
        `Use the store of this namespace. If that namespace is lost for good, delete ${MARKER_KEY} from the store.`,
    );
  }
}

/**
 * Marks a store with the namespace whose jobs own its archives. A namespace without its history knows no job, and its sweep
 * would delete every archive.
 */
export class StoreMarker {
  constructor(
    private readonly store: Pick<ObjectStore, 'check' | 'list' | 'read' | 'write'>,
    private readonly namespace: Namespace,
    private readonly log: OperatorLog,
  ) {}

  /**
   * Checks the store, and marks it if nobody has. A store of another namespace, or with a marker that cannot be read, is
   * usable, but not by the sweep.
   * @throws the errors of `ObjectStore.check`.
   */
  async check(signal?: AbortSignal): Promise<void> {
    await this.store.check(signal);
    await this.claim(signal).catch((error: Error) => {
      signal?.throwIfAborted();
      this.log.warn({}, error.message);
    });
  }

  /**
   * Marks the store if nobody has. Of two namespaces that do so at once, the sweep of one refuses.
   * @throws ForeignStore when another namespace has marked it.
   * @throws LonghaulError of the store.
   */
  async claim(signal?: AbortSignal): Promise<void> {
    const owner = await this.owner(signal);
    if (owner === null) {
      await this.mark(signal);
    } else if (owner.id === '' || owner.id !== this.namespace.id) {
      throw new ForeignStore(owner.name);
    }
  }

  /** A full store cannot be marked, and only the sweep makes room. */
  private async mark(signal: AbortSignal | undefined): Promise<void> {
    const marker = Buffer.from(JSON.stringify(this.namespace));
    await this.store.write(MARKER_KEY, marker, { ...(signal && { signal }) }).catch((err: unknown) => {
      signal?.throwIfAborted();
      this.log.warn(
        { err },
        'the store could not be marked with its namespace; it is tried again in minutes',
      );
    });
  }

  private async owner(signal: AbortSignal | undefined): Promise<Namespace | null> {
    try {
      return namespaceIn(await text(await this.store.read(MARKER_KEY, { ...(signal && { signal }) })));
    } catch (error) {
      const code = errorCodeOf(error);
      if (code === 'FILE_NOT_FOUND') return null;
      // Amazon S3 also denies an absent object to a key that may list only some folders.
      if (code === 'FILE_FORBIDDEN' && !(await this.exists(signal))) return null;
      throw error;
    }
  }

  private async exists(signal: AbortSignal | undefined): Promise<boolean> {
    for await (const { key } of this.store.list(MARKER_KEY, { signal })) if (key === MARKER_KEY) return true;
    return false;
  }
}

/** An unreadable marker names somebody else, so that the sweep does not run. */
function namespaceIn(json: string): Namespace {
  try {
    const { id, name } = JSON.parse(json) as Partial<Namespace>;
    return { id: String(id), name: `${String(name)} (${String(id)})` };
  } catch {
    return { id: '', name: 'of an unreadable marker' };
  }
}
