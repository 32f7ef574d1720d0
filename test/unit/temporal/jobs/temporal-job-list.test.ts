import { describe, expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import { MEMO, workflowIdFor } from '../../../../src/contract/names.js';
import { queuedSnapshot } from '../../../../src/contract/queued-snapshot.js';
import type { JobSnapshot } from '../../../../src/contract/snapshot.js';
import { TemporalJobList } from '../../../../src/temporal/jobs/temporal-job-list.js';
import { aJob } from '../../../support/jobs.js';

const { WorkflowExecutionStatus } = proto.temporal.api.enums.v1;
const QUERY = { statuses: null, cursor: undefined, limit: 10 };
const QUEUES = {
  read: async () => undefined,
  readFresh: async () => undefined,
  hasEnded: async () => false,
};

interface Run {
  runId: string;
  startTime: Date;
  status: Extract<JobSnapshot['status'], 'completed' | 'failed' | 'running'>;
}

describe('TemporalJobList', () => {
  const job = aJob();
  const workflowId = workflowIdFor(job.jobId);
  const snapshotOf = ({ status }: Run): JobSnapshot => ({
    ...queuedSnapshot(job),
    status,
    phase: status === 'running' ? 'building' : 'ended',
    ttlMs: 3_600_000,
    completedAt: status === 'running' ? null : new Date().toISOString(),
  });

  /** Lists the runs of one job from an index with one page. */
  async function listed(runs: Run[]) {
    const queries: string[] = [];
    const executions = runs.map((run) => ({
      execution: { workflowId, runId: run.runId },
      status:
        WorkflowExecutionStatus[
          run.status === 'running'
            ? 'WORKFLOW_EXECUTION_STATUS_RUNNING'
            : 'WORKFLOW_EXECUTION_STATUS_COMPLETED'
        ],
      memo: { fields: { [MEMO.snapshot]: defaultPayloadConverter.toPayload(snapshotOf(run)) } },
    }));
    const client = {
      options: { namespace: 'default' },
      withDeadline: (_: number, read: () => unknown) => read(),
      workflowService: { listWorkflowExecutions: async () => ({ executions }) },
      workflow: {
        list: async function* ({ query }: { query: string }) {
          queries.push(query);
          for (const run of runs) yield { workflowId, ...run };
        },
      },
    };
    const { jobs } = await new TemporalJobList(client as unknown as Client, QUEUES).list(job.userId, QUERY);
    return { runIds: jobs.map(({ runId }) => runId), queries };
  }

  const first = (status: Run['status']): Run => ({ runId: 'first', startTime: new Date(1_000), status });
  const second = (status: Run['status']): Run => ({ runId: 'second', startTime: new Date(2_000), status });

  it.each(['completed', 'failed'] as const)('lists a restarted job that had %s once', async (status) => {
    expect((await listed([second('running'), first(status)])).runIds).toEqual(['second']);
    expect((await listed([second('completed'), first(status)])).runIds).toEqual(['second']);
  });

  it('asks once for the later runs of a page', async () => {
    expect((await listed([second('completed'), first('completed')])).queries).toHaveLength(1);
    expect((await listed([second('running')])).queries).toHaveLength(0);
  });
});
