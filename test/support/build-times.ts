import type { Client } from '@temporalio/client';
import { BUILD_TASK_QUEUE, workflowIdFor } from '../../src/contract/names.js';

/** When a job built, by the history that the Temporal server kept of it; milliseconds since the epoch. */
export interface BuildTime {
  jobId: string;
  /** A worker began with it; of the last attempt. */
  startedAt: number;
  /** From when on a worker could have built, to when none did any more: over all attempts. */
  from: number;
  to: number;
}

/** A worker hears with its next heartbeat that a job was terminated, and builds until then. */
const LETTING_GO_MS = 2_000;

type Events = NonNullable<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']
>;

/** The builds of a job, none for one that never built. */
export async function buildTimes(client: Client, jobId: string): Promise<BuildTime[]> {
  const events = (await client.workflow.getHandle(workflowIdFor(jobId)).fetchHistory()).events ?? [];
  return events.flatMap((event) => {
    const activity = event.activityTaskScheduledEventAttributes;
    if (activity?.taskQueue?.name !== BUILD_TASK_QUEUE) return [];
    const started = events.find((other) =>
      event.eventId?.equals(other.activityTaskStartedEventAttributes?.scheduledEventId ?? -1),
    );
    const end = endOf(events, event);
    const to = end ? timeOf(end) : timeOf(events.at(-1)!) + LETTING_GO_MS;
    return [{ jobId, startedAt: started ? timeOf(started) : Infinity, from: timeOf(event), to }];
  });
}

/** The event that ended an activity; undefined for one that ended with its workflow. */
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

/** Most of the builds that were under way at the same moment. */
export function mostAtOnce(builds: readonly BuildTime[]): number {
  return Math.max(
    0,
    ...builds.map(({ from }) => builds.filter((other) => other.from <= from && from < other.to).length),
  );
}
