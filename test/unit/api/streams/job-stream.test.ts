import { beforeEach, describe, expect, it } from '@jest/globals';
import { JobStream, type Sink } from '../../../../src/api/streams/job-stream.js';
import type { StreamMessage } from '../../../../src/contract/http/snake-case-schemas.js';
import { FakeJobs } from '../../../support/fake-jobs.js';
import { waitFor } from '../../../support/wait-for.js';

const KIB = 1024;

class FakeSink implements Sink {
  readonly sent: StreamMessage[] = [];
  readonly ids: string[] = [];
  readonly calls: string[] = [];
  bytes = 0;
  send = (message: StreamMessage, id: string) => {
    this.sent.push(message);
    this.ids.push(id);
  };
  waiting = () => this.bytes;
  beat = () => void this.calls.push('beat');
  end = () => void this.calls.push('end');
  restart = () => void this.calls.push('restart');
  cut = () => void this.calls.push('cut');
}

describe('a stream', () => {
  const jobs = new FakeJobs();
  let jobId: string;
  let sink: FakeSink;
  let stream: JobStream;
  beforeEach(() => {
    jobId = jobs.add();
    sink = new FakeSink();
    stream = open();
  });

  const open = (seen?: string, link = async (): Promise<string | null> => '/signed') =>
    new JobStream(sink, { heartbeatMs: 15_000, drainMs: 30_000, leaveMs: 3_000 }, seen, link);
  const show = async (bytesHighWater: number) => {
    jobs.change(jobId, { bytesHighWater });
    stream.show(await jobs.view(jobId));
  };

  it('tells the whole state, and nothing twice', async () => {
    await show(500);
    await show(500);
    expect(sink.sent).toEqual([
      {
        type: 'progress',
        job_id: jobId,
        status: 'running',
        progress: 0.5,
        message: 'Fetching 0 of 2 files',
        files_processed: 0,
        files_skipped: 0,
        total_files: 2,
        bytes_processed: 500,
        bytes_total: 1_000,
        eta_seconds: null,
        queue_position: null,
        download_url: null,
        error: null,
      },
    ]);
  });

  it('tells nothing that the client has seen, also on another server', async () => {
    await show(500);
    stream = open(sink.ids[0]);
    await show(500);
    expect(sink.sent).toHaveLength(1);
    await show(600);
    expect(sink.sent).toHaveLength(2);
  });

  it('tells nothing new because a worker does not answer, only with the next change', async () => {
    await show(500);
    stream.show({ ...(await jobs.view(jobId)), stale: true });
    expect(sink.sent).toHaveLength(1);
    jobs.change(jobId, { bytesHighWater: 600 });
    stream.show({ ...(await jobs.view(jobId)), stale: true });
    expect(sink.sent).toMatchObject([{ bytes_processed: 500 }, { bytes_processed: 600, stale: true }]);
    expect(sink.sent[0]).not.toHaveProperty('stale');
  });

  it('ends with a link when the job is completed', async () => {
    jobs.complete(jobId);
    stream.show(await jobs.view(jobId));
    await waitFor('the end', () => sink.calls.length > 0);
    expect(sink.sent).toMatchObject([{ type: 'completed', progress: 1, download_url: '/signed' }]);
    expect(sink.calls).toEqual(['end']);
  });

  it('ends with the error when the job failed', async () => {
    const error = { code: 'FILE_CHANGED', message: 'It changed.', retryAfterMs: 1, supportId: 's' } as const;
    jobs.change(jobId, { status: 'failed', phase: 'ended', message: 'It changed.', error });
    stream.show(await jobs.view(jobId));
    await waitFor('the end', () => sink.calls.length > 0);
    expect(sink.sent).toMatchObject([
      {
        type: 'error',
        status: 'failed',
        error: { code: 'FILE_CHANGED', message: 'It changed.', retry_after_ms: 1, support_id: 's' },
      },
    ]);
  });

  it('ends as an error when the job was cancelled, or has expired', async () => {
    jobs.change(jobId, { status: 'cancelled', phase: 'ended' });
    stream.show(await jobs.view(jobId));
    jobs.complete(jobId);
    jobs.change(jobId, { ttlMs: -1 });
    stream = open();
    stream.show(await jobs.view(jobId));
    await waitFor('both ends', () => sink.calls.length === 2);
    expect(sink.sent).toMatchObject([
      { type: 'error', status: 'cancelled' },
      { type: 'error', status: 'expired' },
    ]);
  });

  it('lets the client come again when no link can be signed', async () => {
    stream = open(undefined, () => Promise.reject(new Error('no credentials')));
    jobs.complete(jobId);
    stream.show(await jobs.view(jobId));
    await waitFor('the end', () => sink.calls.length > 0);
    expect(sink.calls).toEqual(['restart']);
    expect(sink.sent).toEqual([]);
  });

  it('keeps only the newest state for a client that does not read, and tells it when it does', async () => {
    await show(100);
    sink.bytes = 65 * KIB;
    for (const bytes of [200, 300, 400]) await show(bytes);
    expect(sink.sent).toHaveLength(1);
    sink.bytes = 0;
    stream.look(Date.now());
    expect(sink.sent.map((message) => message.bytes_processed)).toEqual([100, 400]);
  });

  it('cuts a client that reads nothing for 30 s, and no other', () => {
    const now = Date.now();
    sink.bytes = 65 * KIB;
    stream.look(now);
    stream.look(now + 29_999);
    sink.bytes = 0;
    stream.look(now + 30_000);
    sink.bytes = 65 * KIB;
    stream.look(now + 31_000);
    stream.look(now + 60_999);
    expect(sink.calls).not.toContain('cut');
    stream.look(now + 61_000);
    expect(sink.calls).toContain('cut');
  });

  it('cuts a client that does not take the end', async () => {
    jobs.complete(jobId);
    stream.show(await jobs.view(jobId));
    const now = Date.now();
    stream.look(now);
    stream.look(now + 30_000);
    await waitFor('the end', () => sink.calls.includes('end'));
    expect(sink.calls).toContain('cut');
  });

  it('shows every 15 s that it is there', () => {
    const now = Date.now();
    for (let s = 1; s <= 60; s++) stream.look(now + s * 1_000);
    expect(sink.calls.filter((call) => call === 'beat').length).toBeGreaterThanOrEqual(3);
    expect(sink.calls.filter((call) => call === 'beat').length).toBeLessThanOrEqual(4);
  });

  it('cuts a client that was sent elsewhere and does not go', () => {
    stream.restart();
    const now = Date.now();
    stream.look(now + 2_000);
    expect(sink.calls).toEqual(['restart']);
    stream.look(now + 3_001);
    expect(sink.calls).toEqual(['restart', 'cut']);
  });

  it('tells nothing more after it sent the client elsewhere', async () => {
    stream.restart();
    await show(100);
    expect(sink.sent).toEqual([]);
    expect(sink.calls).toEqual(['restart']);
  });
});
