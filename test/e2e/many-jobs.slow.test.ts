import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import pMap from 'p-map';
import {
  DOWNLOAD_WORKFLOW,
  MEMO,
  SEARCH_ATTRIBUTES,
  userKeyword,
  workflowIdFor,
} from '../../src/contract/names.js';
import { queuedSnapshot } from '../../src/contract/queued-snapshot.js';
import type { JobsPage } from '../../src/contract/http/answers.js';
import { collect } from '../support/bodies.js';
import { aJob } from '../support/jobs.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

/** Several pages of the index. */
const JOBS = 330;
const USER = 'o\'brien"s';
const TERMINATED = 30;

describeWith(await locateTemporalCli(), 'long job list', (temporalCli) => {
  let stack: Stack;
  let connection: Connection;
  /** Workflow ids in list order. */
  let expected: string[];
  let terminated: string[];

  beforeAll(async () => {
    stack = await Stack.start({ temporalCli, workers: 0 });
    connection = await Connection.connect({ address: stack.temporalAddress });
    const client = new Client({ connection });
    const jobs = Array.from({ length: JOBS }, () => aJob({ userId: USER }));
    await pMap(jobs, (job) => startWithoutWorker(client, job), { concurrency: 50 });
    terminated = jobs.slice(0, TERMINATED).map(({ jobId }) => jobId);
    await pMap(terminated, (jobId) => client.workflow.getHandle(workflowIdFor(jobId)).terminate(), {
      concurrency: 10,
    });
    const query = `WorkflowType = '${DOWNLOAD_WORKFLOW}'`;
    await waitFor('the index to know', async () => {
      const { count } = await client.workflow.count(query);
      const ended = await client.workflow.count(`${query} AND ExecutionStatus = 'Terminated'`);
      return count === JOBS && ended.count === TERMINATED;
    });
    // Temporal's own order: open runs first, newest first; then closed runs, last closed first.
    const runs = await collect(client.workflow.list({ query }));
    expected = runs.map(({ workflowId }) => workflowId.replace('download/', ''));
  });
  afterAll(async () => {
    await connection?.close();
    await stack?.stop();
  });

  const pages = async (query: string): Promise<string[]> => {
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const path = `/v1/downloads?${query}${cursor && `&cursor=${cursor}`}`;
      const response = await stack.request(path, { headers: { 'x-user-id': USER } });
      const page = (await response.json()) as JobsPage;
      ids.push(...page.jobs.map(({ jobId }) => jobId));
      cursor = page.nextCursor;
    }
    return ids;
  };

  it('lists each job once, in the index order', async () => {
    expect(await pages('limit=100')).toEqual(expected);
    expect(await pages('limit=37')).toEqual(expected);
    expect(expected.slice(-TERMINATED).toSorted()).toEqual(terminated.toSorted());
  });

  it('finds the few jobs of one status', async () => {
    expect(await pages('limit=20&status=failed')).toEqual(expected.filter((id) => terminated.includes(id)));
    expect(await pages('limit=100&status=queued')).toEqual(expected.filter((id) => !terminated.includes(id)));
  });
});

/** Starts a job as an API server does, on a task queue that no worker polls. */
async function startWithoutWorker(client: Client, job: ReturnType<typeof aJob>): Promise<void> {
  const snapshot = queuedSnapshot(job);
  const keyword = (name: string) => defineSearchAttributeKey(name, 'KEYWORD');
  await client.workflow.start(DOWNLOAD_WORKFLOW, {
    workflowId: workflowIdFor(job.jobId),
    taskQueue: 'no-worker',
    args: [job],
    memo: { [MEMO.snapshot]: snapshot },
    typedSearchAttributes: [
      { key: keyword(SEARCH_ATTRIBUTES.user), value: userKeyword(job.userId) },
      { key: keyword(SEARCH_ATTRIBUTES.status), value: snapshot.status },
    ],
  });
}
