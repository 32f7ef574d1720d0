import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, setHandler, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import { MEMO, SEARCH_ATTRIBUTES } from '../../contract/names.js';
import { queuedSnapshot } from '../../contract/queued-snapshot.js';
import type { DownloadJob } from '../../contract/job.js';
import type { JobSnapshot } from '../../contract/snapshot.js';
import { statusQuery } from '../messages.js';
import { type JobEvent, reduce } from './progress.js';

const statusAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD');

/**
 * The state of one job and the three places that show it: the status query; the memo and search attribute, which
 * answer without a worker; the details in the Web UI.
 */
export class JobRecord {
  #snapshot: JobSnapshot;
  /** Jobs begun before hand-overs were told in the memo must not tell them when they are replayed. */
  private readonly tellsHandOvers: boolean;

  constructor(job: DownloadJob) {
    this.tellsHandOvers = (job.policy.maxRunning as number | undefined) !== undefined;
    this.#snapshot = queuedSnapshot(job);
    setHandler(statusQuery, () => this.#snapshot);
  }

  get snapshot(): JobSnapshot {
    return this.#snapshot;
  }

  /**
   * Takes note of what happened. The memo follows at a change of phase and at a hand-over alone, for each costs a
   * history event: all else that a status shows is told by the pending activities.
   */
  apply(event: JobEvent): void {
    const before = this.#snapshot;
    this.#snapshot = reduce(before, event);
    setCurrentDetails(`**${this.#snapshot.status}** · ${this.#snapshot.message}`);
    const handedOver = event.type === 'handedOver' && this.tellsHandOvers;
    if (before.phase !== this.#snapshot.phase || handedOver) upsertMemo({ [MEMO.snapshot]: this.#snapshot });
    if (before.status !== this.#snapshot.status) {
      upsertSearchAttributes([{ key: statusAttribute, value: this.#snapshot.status }]);
    }
  }
}
