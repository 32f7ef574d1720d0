import { expect } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import { laneIdFor, workflowIdFor } from '../../src/contract/names.js';
import { type BuildTime, buildTimes } from './build-times.js';
import { pseudoText } from './pseudo-text.js';
import { Stack } from './stack.js';
import { waitFor } from './wait-for.js';

const MIB = 1024 * 1024;

/** Slots of each user. */
export const MAX_RUNNING = 3;
export const MAX_QUEUED = 40;

export const QUICK = { fileId: 70_000 };
export const SLOW = { fileId: 70_001, archive: { compression: 'deflate' } };
/** Holds a slot until the test cancels or terminates it. */
export const ENDLESS = { fileId: 70_002, archive: { compression: 'deflate' } };

/** The next probe of the lane releases the slot of a terminated job. */
const LANE_ENDS_WITHIN_MS = 90_000;

/** A stack with two workers and three slots per user, and the requests of its users. */
export class LaneStack {
  private users = 0;

  private constructor(
    readonly stack: Stack,
    private readonly client: Client,
  ) {}

  static async start(temporalCli: string): Promise<LaneStack> {
    const stack = await Stack.start({
      temporalCli,
      workers: 2,
      env: {
        MAX_RUNNING_JOBS_PER_USER: String(MAX_RUNNING),
        MAX_QUEUED_JOBS_PER_USER: String(MAX_QUEUED),
        HEARTBEAT_TIMEOUT_MS: '5000',
        // A lane that cannot be read in time refuses no job, so the deadline is long enough for a busy machine.
        REQUEST_TIMEOUT_MS: '30000',
      },
      // Lanes continue as new many times.
      dynamicConfig: ['limit.historyCount.suggestContinueAsNew=60'],
    });
    await stack.store.write('downloads/70000', Buffer.from('small'));
    await stack.store.write('downloads/70001', pseudoText(2 * MIB));
    await stack.store.write('downloads/70002', pseudoText(512 * MIB));
    const connection = await Connection.connect({ address: stack.temporalAddress });
    return new LaneStack(stack, new Client({ connection }));
  }

  async stop(): Promise<void> {
    await this.client.connection.close();
    await this.stack.stop();
  }

  /** A user without jobs. */
  newUser(): string {
    return `user-${++this.users}`;
  }

  postResponse(userId: string, body: object, server = this.stack.baseUrl): Promise<Response> {
    return fetch(`${server}/v1/download/initiate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user-id': userId },
      body: JSON.stringify(body),
    });
  }

  /** Starts a job and returns its id. */
  async post(userId: string, body: object, server?: string): Promise<string> {
    const response = await this.postResponse(userId, body, server);
    expect(response.status).toBe(202);
    return ((await response.json()) as { jobId: string }).jobId;
  }

  async status(userId: string, jobId: string): Promise<DownloadStatus> {
    const response = await this.stack.request(`/v1/download/status/${jobId}`, {
      headers: { 'x-user-id': userId },
    });
    return (await response.json()) as DownloadStatus;
  }

  async cancel(userId: string, jobIds: readonly string[]): Promise<void> {
    for (const jobId of jobIds) {
      await this.stack.post(`/v1/download/cancel/${jobId}`, undefined, { 'x-user-id': userId });
    }
  }

  workflow(jobId: string) {
    return this.client.workflow.getHandle(workflowIdFor(jobId));
  }

  lane(userId: string) {
    return this.client.workflow.getHandle(laneIdFor(userId));
  }

  /** Resolves when the workflow of the job has closed in any way. */
  ended(jobId: string): Promise<'completed' | 'ended'> {
    return this.workflow(jobId)
      .result()
      .then(
        () => 'completed' as const,
        () => 'ended' as const,
      );
  }

  async countEnded(jobIds: readonly string[]): Promise<number> {
    const descriptions = await Promise.all(jobIds.map((jobId) => this.workflow(jobId).describe()));
    return descriptions.filter(({ status: { name } }) => name !== 'RUNNING').length;
  }

  async expectLaneToEnd(userId: string): Promise<void> {
    const isCompleted = async () => (await this.lane(userId).describe()).status.name === 'COMPLETED';
    await waitFor('the lane to end', isCompleted, LANE_ENDS_WITHIN_MS);
  }

  async buildsOf(jobIds: readonly string[]): Promise<BuildTime[]> {
    return (await Promise.all(jobIds.map((jobId) => buildTimes(this.client, jobId)))).flat();
  }

  /** Starts jobs that hold all slots of the user until the test ends them. */
  async fillSlots(userId: string): Promise<string[]> {
    const jobIds = await Promise.all(Array.from({ length: MAX_RUNNING }, () => this.post(userId, ENDLESS)));
    for (const jobId of jobIds) {
      await waitFor('the job to build', async () => (await this.status(userId, jobId)).bytesProcessed > 0);
    }
    return jobIds;
  }

  /** Waits until the jobs have the queue positions 1, 2, 3 … */
  async untilQueued(userId: string, jobIds: readonly string[]): Promise<void> {
    for (const [i, jobId] of jobIds.entries()) {
      const hasPosition = async () => (await this.status(userId, jobId)).queuePosition === i + 1;
      await waitFor('the queue position', hasPosition);
    }
  }
}
