import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';

const { EventType } = proto.temporal.api.enums.v1;

/** Name of the marker of `patched()`, which cannot carry a summary. */
const PATCH_MARKER = 'core_patch';

/** Events that the Web UI shows with a summary. Other markers are local activities. */
const SUMMARIZED = new Set<number>([
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
  EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
  EventType.EVENT_TYPE_TIMER_STARTED,
  EventType.EVENT_TYPE_MARKER_RECORDED,
  EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
]);

/** The summaries of one workflow, by the type of the event, and the events without one. */
export interface Summaries {
  type: string;
  /** In the order of the history. */
  texts: string[];
  without: string[];
}

/** Reads the summaries of a workflow's events from its history. */
export async function summariesOf(
  client: Client,
  { workflowId, runId, type }: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'type'>,
): Promise<Summaries> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const read: Summaries = { type, texts: [], without: [] };
  for (const { eventType, userMetadata, markerRecordedEventAttributes } of events ?? []) {
    if (!SUMMARIZED.has(eventType ?? 0)) continue;
    if (markerRecordedEventAttributes?.markerName === PATCH_MARKER) continue;
    const payload = userMetadata?.summary;
    if (payload) read.texts.push(defaultPayloadConverter.fromPayload<string>(payload));
    else read.without.push(`${type} ${EventType[eventType ?? 0]}`);
  }
  return read;
}
