import { LRUCache } from 'lru-cache';
import { within } from '../concurrency/deadline.js';
import { errorCodeOf } from '../contract/errors.js';
import type { JobSnapshot } from '../contract/snapshot.js';

/** The part of an object store that finds archives. */
export interface ArchiveStore {
  head(key: string, signal?: AbortSignal): Promise<unknown>;
}

/** Age of an answer that serves lists and statuses, otherwise a page of 100 jobs would send 100 requests each time. */
const MAX_AGE_MS = 10_000;

/** Archives whose answer is kept, about 200 bytes each. */
const MAX_ARCHIVES = 10_000;

/** Limits the wait for the store, because a status must not depend on it. */
const ANSWER_MS = 1_000;

/** Detects archives that were deleted before they expired, for example by a lifecycle rule of the bucket. */
export class ArchivePresence {
  private readonly answers = new LRUCache<string, Promise<boolean>>({ max: MAX_ARCHIVES, ttl: MAX_AGE_MS });

  constructor(private readonly store: ArchiveStore) {}

  /**
   * Returns true if a job has completed and its archive was deleted. An archive counts as present while the store does
   * not answer.
   * @param fresh asks the store also if there is a recent answer.
   */
  async isGone({ status, archiveKey }: JobSnapshot, { fresh = false } = {}): Promise<boolean> {
    if (status !== 'completed' || archiveKey === null) return false;
    const recent = fresh ? undefined : this.answers.get(archiveKey);
    const answer = recent ?? this.ask(archiveKey);
    if (!recent) this.answers.set(archiveKey, answer);
    return answer;
  }

  private async ask(archiveKey: string): Promise<boolean> {
    try {
      await within(ANSWER_MS, this.store.head(archiveKey, AbortSignal.timeout(ANSWER_MS)));
      return false;
    } catch (error) {
      return errorCodeOf(error) === 'FILE_NOT_FOUND';
    }
  }
}
