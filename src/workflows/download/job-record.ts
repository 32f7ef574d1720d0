import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, setHandler, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import { MEMO, SEARCH_ATTRIBUTES } from '../../contract/names.js';
import { queuedSnapshot } from '../../contract/queued-snapshot.js';
import type { DownloadJob } from '../../contract/job.js';
import type { JobSnapshot } from '../../contract/snapshot.js';
import { statusQuery } from '../messages.js';
import { telemetry } from '../telemetry.js';
import { endingOf } from './job-ending.js';
import { type JobEvent, reduce } from './progress.js';

const statusAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD');

/** Events after which no pending activity has the progress any more. */
const KEPT: ReadonlySet<JobEvent['type']> = new Set(['handedOver', 'segmentBuilt', 'segmentHandedOver']);

/**
 * The state of one job, kept in sync with the places that show it: the status query, the memo and search attribute,
 * which are readable without a worker, and the details in the Web UI.
 */
export class JobRecord {
  #snapshot: JobSnapshot;

  constructor(private readonly job: DownloadJob) {
    this.#snapshot = queuedSnapshot(job);
    setHandler(statusQuery, () => this.#snapshot);
  }

  get snapshot(): JobSnapshot {
    return this.#snapshot;
  }

  /**
   * Applies an event. Updates the memo only at a change of phase, at a hand-over and after a segment, because each
   * update costs a history event. The pending activities supply the rest of a status.
   */
  apply(event: JobEvent): void {
    const before = this.#snapshot;
    this.#snapshot = reduce(before, event);
    setCurrentDetails(`**${this.#snapshot.status}** · ${this.#snapshot.message}`);
    if (before.phase !== this.#snapshot.phase || KEPT.has(event.type)) {
      upsertMemo({ [MEMO.snapshot]: this.#snapshot });
    }
    if (before.status !== this.#snapshot.status) {
      upsertSearchAttributes([{ key: statusAttribute, value: this.#snapshot.status }]);
    }
    // Once, although a job may complete and still fail while it starts its callbacks.
    const ending = endingOf(this.job, before) ? undefined : endingOf(this.job, this.#snapshot);
    if (ending) telemetry.ended(ending);
  }
}
