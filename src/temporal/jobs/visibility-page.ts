import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import { MEMO, SEARCH_ATTRIBUTES } from '../../contract/names.js';
import type { JobSnapshot } from '../../contract/snapshot.js';
import { invalidCursor } from '../../jobs/cursors.js';
import type { WorkflowRun } from './job-snapshot.js';

const { WorkflowExecutionStatus } = proto.temporal.api.enums.v1;

/** One row of Temporal's visibility index. */
export interface IndexedRun extends WorkflowRun {
  workflowId: string;
}

export interface VisibilityPage {
  runs: IndexedRun[];
  nextCursor: string | null;
}

/**
 * Reads one page of the visibility index in its own order: running first, newest first; then closed, last closed first.
 * The cursor is Temporal's page token.
 * @throws LonghaulError INVALID_REQUEST for a cursor that is no page token.
 */
export async function visibilityPage(
  client: Client,
  query: string,
  cursor: string | undefined,
  pageSize: number,
): Promise<VisibilityPage> {
  const { executions, nextPageToken } = await client.workflowService.listWorkflowExecutions({
    namespace: client.options.namespace,
    query,
    pageSize,
    nextPageToken: cursor === undefined ? null : pageTokenOf(cursor),
  });
  return {
    runs: (executions ?? []).map(toRun),
    nextCursor: nextPageToken?.length ? Buffer.from(nextPageToken).toString('base64url') : null,
  };
}

type RawExecution = proto.temporal.api.workflow.v1.IWorkflowExecutionInfo;

function toRun({ execution, status, memo, closeTime, searchAttributes }: RawExecution): IndexedRun {
  const payload = memo?.fields?.[MEMO.snapshot];
  const indexed = searchAttributes?.indexedFields?.[SEARCH_ATTRIBUTES.status];
  return {
    workflowId: execution!.workflowId!,
    runId: execution!.runId!,
    status: statusName(status!),
    closedAt: closeTime?.seconds ? new Date(Number(closeTime.seconds) * 1_000) : undefined,
    snapshot: payload ? defaultPayloadConverter.fromPayload<JobSnapshot>(payload) : undefined,
    indexedStatus: indexed ? defaultPayloadConverter.fromPayload<string>(indexed) : undefined,
  };
}

/** The name that Temporal's client has for a status. */
function statusName(status: proto.temporal.api.enums.v1.WorkflowExecutionStatus): string {
  const name = WorkflowExecutionStatus[status].slice('WORKFLOW_EXECUTION_STATUS_'.length);
  return name === 'CANCELED' ? 'CANCELLED' : name;
}

/** Temporal's page tokens are JSON objects; it answers anything else like a broken database. */
function pageTokenOf(cursor: string): Buffer {
  const token = Buffer.from(cursor, 'base64url');
  if (!isJsonObject(token.toString('utf8'))) throw invalidCursor();
  return token;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
