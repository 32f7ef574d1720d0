import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import { type JobStatus, isFinal } from '../../src/contract/snapshot.js';
import { pseudoText } from '../support/pseudo-text.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const MIB = 1024 * 1024;
/** The oldest view that a healthy server shows. */
const POLL_MS = 1_000;
const RANKS: Partial<Record<JobStatus, number>> = { queued: 0, running: 1, processing_artifacts: 2 };

describeWith(await locateTemporalCli(), 'status from two API servers', (temporalCli) => {
  let stack: Stack;
  let servers: string[];
  beforeAll(async () => {
    stack = await Stack.start({ temporalCli, env: { HEARTBEAT_TIMEOUT_MS: '5000' } });
    servers = [stack.baseUrl, await stack.startAnotherApi()];
    for (const id of [70_000, 70_001]) await stack.store.write(`downloads/${id}`, pseudoText(192 * MIB));
  });
  afterAll(() => stack?.stop());

  const request = { fileIds: [70_000, 70_001], archive: { compression: 'deflate' } };

  async function statusAt(server: string, jobId: string): Promise<DownloadStatus> {
    return (await (await fetch(`${server}/v1/download/status/${jobId}`)).json()) as DownloadStatus;
  }

  /** Polls the servers alternately, a second apart: no view is older. */
  async function watchInTurn(jobId: string, onStatus: (status: DownloadStatus) => Promise<void> | void) {
    for (let i = 0; ; i++) {
      const status = await statusAt(servers[i % 2]!, jobId);
      await onStatus(status);
      if (isFinal(status.status)) return;
      await delay(POLL_MS);
    }
  }

  function expectNeverBack(seen: readonly DownloadStatus[]): void {
    const pairs = seen.slice(1).map((status, i) => [seen[i]!, status] as const);
    const shown = ({ status, progress, bytesProcessed, filesProcessed, attempts }: DownloadStatus) => ({
      status,
      progress,
      bytesProcessed,
      filesProcessed,
      attempts,
    });
    for (const [before, after] of pairs) {
      const back =
        (RANKS[after.status] ?? 3) < (RANKS[before.status] ?? 3) ||
        after.progress < before.progress ||
        after.bytesProcessed < before.bytesProcessed ||
        after.filesProcessed < before.filesProcessed ||
        after.attempts < before.attempts;
      expect(back ? { before: shown(before), after: shown(after) } : null).toBeNull();
    }
  }

  it('never decreases', async () => {
    for (let round = 0; round < 2; round++) {
      const { jobId } = await stack.initiate(request);
      const seen: DownloadStatus[] = [];
      await watchInTurn(jobId, (status) => void seen.push(status));
      expect(seen.at(-1)).toMatchObject({ status: 'completed', progress: 100 });
      expect(new Set(seen.map(({ progress }) => progress)).size).toBeGreaterThan(3);
      expectNeverBack(seen);
    }
  });

  it('never decreases when a worker is lost', async () => {
    const { jobId } = await stack.initiate(request);
    const seen: DownloadStatus[] = [];
    let lost = false;
    await watchInTurn(jobId, async (status) => {
      seen.push(status);
      if (lost || status.progress < 20) return;
      lost = true;
      await stack.workers[0]!.kill();
      await stack.startWorker();
    });
    expect(seen.at(-1)).toMatchObject({ status: 'completed', attempts: 2 });
    expectNeverBack(seen);
  });

  it('never decreases on cancellation, and shows restarts', async () => {
    const keyed = { ...request, clientRequestId: 'again' };
    const { jobId } = await stack.initiate(keyed);
    const seen: DownloadStatus[] = [];
    await watchInTurn(jobId, async (status) => {
      seen.push(status);
      if (status.progress > 20) await stack.post(`/v1/download/cancel/${jobId}`);
    });
    expect(seen.at(-1)).toMatchObject({ status: 'cancelled' });
    expectNeverBack(seen);
    await statusAt(servers[1]!, jobId);
    await stack.initiate(keyed);
    const isRestarted = async () => (await statusAt(servers[1]!, jobId)).status !== 'cancelled';
    await waitFor('the restart on the other server', isRestarted);
    await stack.post(`/v1/download/cancel/${jobId}`);
  });
});
