import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { newJob } from '../../src/jobs/new-job.js';
import {
  DOWNLOAD_WORKFLOW,
  MEMO,
  ORCHESTRATION_TASK_QUEUE,
  SEARCH_ATTRIBUTES,
  workflowIdFor,
} from '../../src/contract/names.js';
import { queuedSnapshot } from '../../src/contract/queued-snapshot.js';
import { initiateSchema } from '../../src/contract/http/schemas.js';
import type { JobPolicy } from '../../src/contract/job.js';
import { inputFromParent, sendToParent } from '../support/parent.js';
import { type BareInput, startAll } from './starting.js';

/** Starts the same workflow as the API, with the same arguments, but without the API. */
const { address, count, connections, body } = inputFromParent() as BareInput;
const connection = await Connection.connect({ address });
const client = new Client({ connection });
const policy = { ttlMs: 1, timeoutMs: 1, maxAttempts: 1, heartbeatTimeoutMs: 10_000 } as JobPolicy;
const user = defineSearchAttributeKey(SEARCH_ATTRIBUTES.user, 'KEYWORD');
const status = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD');

async function start(): Promise<void> {
  const { job } = newJob(initiateSchema(10).parse(body), 'anonymous', policy, Date.now());
  const snapshot = queuedSnapshot(job);
  await client.workflow.start(DOWNLOAD_WORKFLOW, {
    workflowId: workflowIdFor(job.jobId),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    workflowIdConflictPolicy: 'FAIL',
    taskQueue: ORCHESTRATION_TASK_QUEUE,
    args: [job],
    memo: { [MEMO.snapshot]: snapshot },
    typedSearchAttributes: [
      { key: user, value: job.userId },
      { key: status, value: snapshot.status },
    ],
    staticSummary: `${job.archive.name}: ${job.files.length} files for ${job.userId}`,
    priority: { priorityKey: 3, fairnessKey: job.userId },
  });
}

await start();
const before = process.cpuUsage();
const starts = await startAll(start, count, connections);
const { user: userTime, system } = process.cpuUsage(before);
sendToParent({ ...starts, cpuMs: (userTime + system) / 1_000 / count });
