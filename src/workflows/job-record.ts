import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, setHandler, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import { MEMO, SEARCH_ATTRIBUTES } from '../contract/names.js';
import { queuedSnapshot } from '../contract/queued-snapshot.js';
import type { DownloadJob, JobSnapshot } from '../contract/types.js';
import { statusQuery } from './messages.js';
import { type JobEvent, reduce } from './progress.js';

const statusAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD');

/**
 * The state of one job and the three places that show it: the status query; the memo and search attribute, which
 * answer without a worker; the details in the Web UI.
 */
export class JobRecord {
  #snapshot: JobSnapshot;

  constructor(job: DownloadJob) {
    this.#snapshot = queuedSnapshot(job);
    setHandler(statusQuery, () => this.#snapshot);
  }

  get snapshot(): JobSnapshot {
    return this.#snapshot;
  }

  /** Takes note of what happened. Memo and attribute follow at a change of phase only: each costs a history event. */
  apply(event: JobEvent): void {
    const before = this.#snapshot;
    this.#snapshot = reduce(before, event);
    setCurrentDetails(`**${this.#snapshot.status}** · ${this.#snapshot.message}`);
    if (before.phase !== this.#snapshot.phase) upsertMemo({ [MEMO.snapshot]: this.#snapshot });
    if (before.status !== this.#snapshot.status) {
      upsertSearchAttributes([{ key: statusAttribute, value: this.#snapshot.status }]);
    }
  }
}
