import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { StartedDownload } from '../../src/contract/http/answers.js';
import {
  CALLBACK_WORKFLOW,
  DOWNLOAD_WORKFLOW,
  LANE_WORKFLOW,
  SWEEP_SCHEDULE,
  SWEEP_WORKFLOW,
} from '../../src/contract/names.js';
import { Receiver } from '../support/receiver.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { type Summaries, summariesOf } from '../support/summaries.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const FILES = 250;

describeWith(await locateTemporalCli(), 'Web UI', (temporalCli) => {
  let stack: Stack;
  let client: Client;
  let receiver: Receiver;
  let all: Summaries[];

  /** Runs one workflow of each type through all of its activities and timers. */
  beforeAll(async () => {
    receiver = await Receiver.start((_, response) => response.writeHead(500).end());
    stack = await Stack.start({
      temporalCli,
      env: {
        MAX_RUNNING_JOBS_PER_USER: '1',
        DOWNLOAD_JOB_TIMEOUT_MS: String(6 * 3_600_000),
        WEBHOOK_SECRETS: `whsec_${randomBytes(32).toString('base64')}`,
        OUTBOUND_ALLOWED_HOSTS: receiver.host,
      },
    });
    client = new Client({ connection: await Connection.connect({ address: stack.temporalAddress }) });
    for (let i = 0; i < FILES; i++) await stack.store.write(`downloads/${70_000 + i}`, Buffer.alloc(5_000));
    const delayed = await stack.startAnotherApi({
      DOWNLOAD_DELAY_ENABLED: 'true',
      DOWNLOAD_DELAY_MIN_MS: '42000',
      DOWNLOAD_DELAY_MAX_MS: '42000',
    });

    const body = JSON.stringify({
      fileId: 70_000,
      callbackUrl: `${receiver.url}/${'secret-path/'.repeat(50)}`,
    });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${delayed}/v1/download/initiate`, { method: 'POST', headers, body });
    const holder = (await response.json()) as StartedDownload;
    await stack.until(holder.jobId, ({ message }) => message.startsWith('Delayed'));
    const waiting = await stack.initiate({ fileIds: Array.from({ length: FILES }, (_, i) => 70_000 + i) });
    await summarized(LANE_WORKFLOW, /^Look for ended jobs/);
    await stack.post(`/v1/download/cancel/${holder.jobId}`);
    await stack.waitUntilFinal(waiting.jobId);
    await summarized(CALLBACK_WORKFLOW, /Until attempt 2/);
    await client.schedule.getHandle(SWEEP_SCHEDULE).trigger();
    await summarized(SWEEP_WORKFLOW, /./);
    all = await read();
  });
  afterAll(async () => {
    await client?.connection.close();
    await stack?.stop();
    await receiver?.stop();
  });

  async function read(): Promise<Summaries[]> {
    const workflows = [];
    for await (const workflow of client.workflow.list()) workflows.push(workflow);
    return Promise.all(workflows.map((workflow) => summariesOf(client, workflow)));
  }

  const textsOf = (workflows: readonly Summaries[], workflow: string) =>
    workflows.filter(({ type }) => type === workflow).flatMap(({ texts }) => texts);

  async function summarized(workflow: string, summary: RegExp): Promise<void> {
    const isThere = async () => textsOf(await read(), workflow).some((text) => summary.test(text));
    await waitFor(`${workflow} to have ${summary.source}`, isThere);
  }

  it('shows every activity and timer with a summary', () => {
    expect(all.flatMap(({ without }) => without)).toEqual([]);
  });

  it.each([
    [
      DOWNLOAD_WORKFLOW,
      [
        'Ask for a slot',
        'Look up file 1 of 1',
        'Look up files 1–3 of 250',
        'Look up file 250 of 250',
        'Job time limit, 6 h',
        'Delay on purpose, 42 s',
        'Ask for a slot again, after 15 min',
        'Build the archive: 250 files, 1.3 MB',
        'Publish the archive',
        "Delete the job's objects",
        'Deliver download.cancelled to 127.0.0.1:',
      ],
    ],
    [
      LANE_WORKFLOW,
      [
        'Slots of anonymous',
        'Until the next look for ended jobs, 10 s',
        'Look for ended jobs: 2 in the lane',
      ],
    ],
    [CALLBACK_WORKFLOW, ['Attempt 1: 127.0.0.1:', 'Until attempt 2']],
    [SWEEP_WORKFLOW, ['Delete expired archives and the leftovers of dead jobs']],
  ])('says in each summary of %s what is done', (workflow, summaries) => {
    const texts = textsOf(all, workflow);
    for (const summary of summaries) expect(texts).toContainEqual(expect.stringContaining(summary));
  });

  it('shows no path of a callback URL', () => {
    expect(JSON.stringify(all)).not.toContain('secret-path');
  });
});
