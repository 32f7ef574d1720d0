/** Polls of one task queue, as Temporal's SDK counts them since the start. */
export interface PollCounts {
  /** Ended polls, with a task or without. */
  succeeded: number;
  /** Polls that Temporal refused or did not answer. */
  failed: number;
  /** Polls that wait for an answer now. A worker without a free slot has none. */
  outstanding: number;
}

const NONE: PollCounts = { succeeded: 0, failed: 0, outstanding: 0 };

const SERIES = /^temporal_(long_request_latency_count|long_request_failure|num_pollers)\{(.*)\} (\S+)$/gm;
const OPERATION = /operation="Poll(Workflow|Activity)TaskQueue"/;
const POLLER = /poller_type="(?:sticky_)?(workflow|activity)_task"/;
const QUEUE = /task_queue="([^"]*)"/;

/** Reads the polls from the metrics of Temporal's SDK, by kind and task queue, such as `activity longhaul`. */
export function pollCountsIn(metrics: string): Map<string, PollCounts> {
  const counts = new Map<string, PollCounts>();
  for (const [, name, labels = '', value] of metrics.matchAll(SERIES)) {
    const kind = (OPERATION.exec(labels) ?? POLLER.exec(labels))?.[1]?.toLowerCase();
    const queue = QUEUE.exec(labels)?.[1];
    if (!kind || !queue) continue;
    const key = `${kind} ${queue}`;
    counts.set(key, added(counts.get(key) ?? NONE, name!, Number(value)));
  }
  return counts;
}

function added({ succeeded, failed, outstanding }: PollCounts, name: string, by: number): PollCounts {
  if (name === 'num_pollers') return { succeeded, failed, outstanding: outstanding + by };
  // The latency is measured of every poll, also of one that fails.
  if (name === 'long_request_failure') {
    return { succeeded: succeeded - by, failed: failed + by, outstanding };
  }
  return { succeeded: succeeded + by, failed, outstanding };
}
