import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { callbackWorkflowIdFor, laneIdFor, STATUS_QUERY, workflowIdFor } from '../../../src/contract/names.js';
import type { JobSnapshot } from '../../../src/contract/snapshot.js';
import { versionOf } from '../../../src/runtime/build-info.js';
import { pseudoText } from '../../support/pseudo-text.js';
import { Receiver } from '../../support/receiver.js';
import { keepWorkflows, releases } from '../../support/releases.js';
import { describeWith } from '../../support/require-server.js';
import { Stack } from '../../support/stack.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { WORKFLOW_BUNDLE } from '../../support/time-skipping.js';
import { waitFor } from '../../support/wait-for.js';
import { saveHistory } from './save-history.js';

/** A tool, not a test: records workflow histories on a real server for the replay test. */
describeWith(await locateTemporalCli(), 'history recorder', (temporalCli) => {
  let stack: Stack;
  let client: Client;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await Receiver.start();
    stack = await Stack.start({
      temporalCli,
      env: {
        SHUTDOWN_GRACE_MS: '100',
        WEBHOOK_SECRETS: `whsec_${randomBytes(32).toString('base64')}`,
        OUTBOUND_ALLOWED_HOSTS: receiver.host,
      },
    });
    client = new Client({ connection: await Connection.connect({ address: stack.temporalAddress }) });
    for (let id = 70_000; id < 70_150; id++) await stack.store.write(`downloads/${id}`, randomBytes(1_000));
    await stack.store.write('downloads/71000', pseudoText(100 * 1024 * 1024));
  });
  afterAll(async () => {
    await client?.connection.close();
    await stack?.stop();
    await receiver?.stop();
  });

  const save = (name: string, jobId: string) => saveWorkflow(name, workflowIdFor(jobId));

  const saveWorkflow = (name: string, workflowId: string) => saveHistory(client, name, workflowId);

  const slow = { fileId: 71_000, archive: { compression: 'deflate' } };

  it.each([
    ['completed', { fileIds: [70_000, 70_001, 70_002] }, 'completed'],
    ['completed-in-chunks', { fileIds: Array.from({ length: 150 }, (_, i) => 70_000 + i) }, 'completed'],
    ['completed-with-skipped', { fileIds: [70_000, 79_999], onFileError: 'skip' }, 'completed'],
    ['failed-missing-file', { fileIds: [70_000, 79_999] }, 'failed'],
  ])('records %s', async (name, body, ending) => {
    const { jobId } = await stack.initiate(body);
    expect((await stack.waitUntilFinal(jobId)).status).toBe(ending);
    await save(name, jobId);
  });

  it('records two slots and their lane', async () => {
    const userId = 'anne';
    const limited = await stack.startAnotherApi({ MAX_RUNNING_JOBS_PER_USER: '1' });
    const post = async (body: object) => {
      const headers = { 'content-type': 'application/json', 'x-user-id': userId };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      return (await (await fetch(`${limited}/v1/download/initiate`, init)).json()) as { jobId: string };
    };
    const first = await post(slow);
    const phaseOf = async (jobId: string) =>
      (await client.workflow.getHandle(workflowIdFor(jobId)).query<JobSnapshot>(STATUS_QUERY)).phase;
    await waitFor('the first to build', async () => (await phaseOf(first.jobId)) === 'building');
    const second = await post({ fileIds: [70_000] });
    await waitFor('the second to wait', async () => (await phaseOf(second.jobId)) === 'waiting');
    const lane = client.workflow.getHandle(laneIdFor(userId));
    await lane.result();
    expect((await lane.describe()).status.name).toBe('COMPLETED');
    await save('slot-at-once', first.jobId);
    await save('slot-after-waiting', second.jobId);
    await saveWorkflow('lane', lane.workflowId);
  });

  it('records a cancelled build', async () => {
    const { jobId } = await stack.initiate(slow);
    await stack.until(jobId, (status) => status.bytesProcessed > 0);
    await stack.post(`/v1/download/cancel/${jobId}`);
    expect((await stack.waitUntilFinal(jobId)).status).toBe('cancelled');
    await save('cancelled-building', jobId);
  });

  it('records a callback delivered at the second attempt', async () => {
    receiver.answer = (_, response) => response.writeHead(receiver.requests.length > 1 ? 204 : 500).end();
    const { jobId } = await stack.initiate({ fileId: 70_000, callbackUrl: `${receiver.url}/hook?x=1` });
    await stack.waitUntilFinal(jobId);
    const { runId } = await client.workflow.getHandle(workflowIdFor(jobId)).describe();
    const delivery = callbackWorkflowIdFor('url', jobId, runId);
    expect(await client.workflow.getHandle(delivery).result()).toMatchObject({ attempts: 2 });
    await save('completed-with-callback', jobId);
    await saveWorkflow('callback-delivered', delivery);
  });

  it('records a hand-over by a worker that shuts down', async () => {
    const { jobId } = await stack.initiate(slow);
    await stack.until(jobId, (status) => status.bytesProcessed > 0);
    stack.workers[0]!.signal('SIGTERM');
    await stack.startWorker();
    expect((await stack.waitUntilFinal(jobId)).status).toBe('completed');
    await save('handed-over', jobId);
  });

  it('keeps the workflows', () => {
    keepWorkflows(versionOf(), WORKFLOW_BUNDLE);
    expect(releases()).toContain(versionOf());
  });
});
