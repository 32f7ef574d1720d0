import type { Client } from '@temporalio/client';
import { SEGMENT_TASK_QUEUE, workflowIdFor } from '../../src/contract/names.js';

/** Build times of a job from its workflow history, in milliseconds since the epoch. */
export interface BuildTime {
  jobId: string;
  /** When a worker started the last attempt. */
  startedAt: number;
  /** From scheduling to the end of the last attempt. */
  from: number;
  to: number;
}

/** A worker learns of a termination with its next heartbeat and builds until then. */
const TERMINATION_NOTICE_MS = 2_000;

type Events = NonNullable<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']
>;

/** Returns the builds of a job; none if it never built. */
export async function buildTimes(client: Client, jobId: string): Promise<BuildTime[]> {
  const events = (await client.workflow.getHandle(workflowIdFor(jobId)).fetchHistory()).events ?? [];
  return events.flatMap((event) => {
    const activity = event.activityTaskScheduledEventAttributes;
    if (activity?.taskQueue?.name !== SEGMENT_TASK_QUEUE) return [];
    const started = events.find((other) =>
      event.eventId?.equals(other.activityTaskStartedEventAttributes?.scheduledEventId ?? -1),
    );
    const end = endOf(events, event);
    const to = end ? timeOf(end) : timeOf(events.at(-1)!) + TERMINATION_NOTICE_MS;
    return [{ jobId, startedAt: started ? timeOf(started) : Infinity, from: timeOf(event), to }];
  });
}

/** Finds the event that ended an activity; undefined if it ended with its workflow. */
function endOf(events: Events, { eventId }: Events[number]): Events[number] | undefined {
  return events.find((event) =>
    [
      event.activityTaskCompletedEventAttributes,
      event.activityTaskFailedEventAttributes,
      event.activityTaskTimedOutEventAttributes,
      event.activityTaskCanceledEventAttributes,
    ].some((attributes) => attributes && eventId?.equals(attributes.scheduledEventId ?? -1)),
  );
}

function timeOf({ eventTime }: Events[number]): number {
  return Number(eventTime?.seconds ?? 0) * 1_000 + (eventTime?.nanos ?? 0) / 1e6;
}

/** Returns the maximum number of concurrent builds. */
export function mostAtOnce(builds: readonly BuildTime[]): number {
  return Math.max(
    0,
    ...builds.map(({ from }) => builds.filter((other) => other.from <= from && from < other.to).length),
  );
}
