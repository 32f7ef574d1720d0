import { expect } from '@jest/globals';
import type { ConnectionState, DownloadStatus, LonghaulClient } from 'longhaul/client';

/** A job that a client watches, and what it saw. */
export class Watched {
  readonly seen: DownloadStatus[] = [];
  readonly states: ConnectionState[] = [];
  /** Resolves after the final status; rejects if the watch fails. */
  readonly end: Promise<void>;

  constructor(client: LonghaulClient, jobId: string, signal?: AbortSignal) {
    this.end = this.follow(client, jobId, signal);
    // A test that fails earlier does not wait for it.
    this.end.catch(() => {});
  }

  get last(): DownloadStatus | undefined {
    return this.seen.at(-1);
  }

  /** The states of the job, each once per change. */
  get phases(): string[] {
    return this.seen.map(({ status }) => status).filter((status, i, all) => status !== all[i - 1]);
  }

  /** Expects a complete view of a job that succeeded. */
  expectWhole(): void {
    expect(this.last).toMatchObject({
      status: 'completed',
      progress: 100,
      archive: { checksum: expect.any(String) },
    });
    expect(this.phases.join(' ')).toMatch(/^(queued )?running (processing_artifacts )?completed$/);
    const progress = this.seen.map((status) => status.progress);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  }

  private async follow(
    client: LonghaulClient,
    jobId: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const onConnection = (state: ConnectionState) => this.states.push(state);
    for await (const status of client.watch(jobId, { onConnection, ...(signal && { signal }) })) {
      this.seen.push(status);
    }
  }
}
