import { beforeEach, describe, expect, it } from '@jest/globals';
import { JobStream, type Sink } from '../../../../src/api/streams/job-stream.js';
import type { StreamMessage } from '../../../../src/contract/http/snake-case-schemas.js';
import type { LinkedView } from '../../../../src/jobs/archive-link.js';
import type { JobView } from '../../../../src/jobs/jobs.js';
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
  bufferedBytes = () => this.bytes;
  heartbeat = () => void this.calls.push('heartbeat');
  end = () => void this.calls.push('end');
  restart = () => void this.calls.push('restart');
  destroy = () => void this.calls.push('destroy');
}

describe('JobStream', () => {
  const jobs = new FakeJobs();
  let jobId: string;
  let sink: FakeSink;
  let stream: JobStream;
  beforeEach(() => {
    jobId = jobs.add();
    sink = new FakeSink();
    stream = open();
  });

  const open = (
    lastEventId?: string,
    link = async (view: JobView): Promise<LinkedView> => ({ view, downloadUrl: '/signed' }),
  ) =>
    new JobStream(sink, { heartbeatMs: 15_000, drainMs: 30_000, restartGraceMs: 3_000 }, lastEventId, link);
  const update = async (bytesHighWater: number) => {
    jobs.change(jobId, { bytesHighWater });
    stream.update(await jobs.view(jobId));
  };

  it('sends the complete state once', async () => {
    await update(500);
    await update(500);
    expect(sink.sent).toEqual([
      {
        type: 'progress',
        job_id: jobId,
        status: 'processing',
        phase: 'running',
        progress: 0.5,
        message: 'Fetching 0 of 2 files',
        files_processed: 0,
        files_skipped: 0,
        total_files: 2,
        bytes_processed: 500,
        bytes_total: 1_000,
        eta_seconds: null,
        attempts: 1,
        queue_position: null,
        created_at: expect.stringMatching(/Z$/),
        archive_name: 'photos.zip',
        format: 'zip',
        labels: {},
        download_url: null,
        error: null,
        error_code: null,
        retry_after_ms: null,
        support_id: null,
        error_file_ids: [],
      },
    ]);
  });

  it('repeats no message on another server', async () => {
    await update(500);
    stream = open(sink.ids[0]);
    await update(500);
    expect(sink.sent).toHaveLength(1);
    await update(600);
    expect(sink.sent).toHaveLength(2);
  });

  it('sends staleness only with the next change', async () => {
    await update(500);
    stream.update({ ...(await jobs.view(jobId)), stale: true });
    expect(sink.sent).toHaveLength(1);
    jobs.change(jobId, { bytesHighWater: 600 });
    stream.update({ ...(await jobs.view(jobId)), stale: true });
    expect(sink.sent).toMatchObject([{ bytes_processed: 500 }, { bytes_processed: 600, stale: true }]);
    expect(sink.sent[0]).not.toHaveProperty('stale');
  });

  it('ends with a link for a completed job', async () => {
    jobs.complete(jobId);
    stream.update(await jobs.view(jobId));
    await waitFor('the end', () => sink.calls.length > 0);
    expect(sink.sent).toMatchObject([{ type: 'completed', progress: 1, download_url: '/signed' }]);
    expect(sink.calls).toEqual(['end']);
  });

  it('ends without a link for a deleted archive', async () => {
    const gone = async (view: JobView) => ({
      view: { ...view, isArchiveGone: true as const },
      downloadUrl: null,
    });
    stream = open(undefined, gone);
    jobs.complete(jobId);
    stream.update(await jobs.view(jobId));
    await waitFor('the end', () => sink.calls.length > 0);
    expect(sink.sent).toMatchObject([
      { type: 'error', status: 'expired', message: expect.stringContaining('no longer'), download_url: null },
    ]);
  });

  it('ends with the error of a failed job', async () => {
    const cause = { code: 'FILE_CHANGED', message: 'It changed.' } as const;
    const error = { ...cause, retryAfterMs: 1, supportId: 's', fileIds: [70_000] };
    jobs.change(jobId, { status: 'failed', phase: 'ended', message: 'It changed.', error });
    stream.update(await jobs.view(jobId));
    await waitFor('the end', () => sink.calls.length > 0);
    expect(sink.sent).toMatchObject([
      {
        type: 'error',
        status: 'failed',
        phase: 'failed',
        error: 'It changed.',
        error_code: 'FILE_CHANGED',
        retry_after_ms: 1,
        support_id: 's',
        error_file_ids: [70_000],
      },
    ]);
  });

  it('sends a new attempt without any other change', async () => {
    await update(500);
    jobs.change(jobId, { attempts: 2 });
    stream.update(await jobs.view(jobId));
    expect(sink.sent).toMatchObject([{ attempts: 1 }, { attempts: 2 }]);
  });

  it('ends with type error for cancelled and expired jobs', async () => {
    jobs.change(jobId, { status: 'cancelled', phase: 'ended' });
    stream.update(await jobs.view(jobId));
    jobs.complete(jobId);
    jobs.change(jobId, { ttlMs: -1 });
    stream = open();
    stream.update(await jobs.view(jobId));
    await waitFor('both ends', () => sink.calls.length === 2);
    expect(sink.sent).toMatchObject([
      { type: 'error', status: 'cancelled' },
      { type: 'error', status: 'expired' },
    ]);
  });

  it('restarts if the link cannot be signed', async () => {
    stream = open(undefined, () => Promise.reject(new Error('no credentials')));
    jobs.complete(jobId);
    stream.update(await jobs.view(jobId));
    await waitFor('the end', () => sink.calls.length > 0);
    expect(sink.calls).toEqual(['restart']);
    expect(sink.sent).toEqual([]);
  });

  it('sends a slow client only the newest state', async () => {
    await update(100);
    sink.bytes = 65 * KIB;
    for (const bytes of [200, 300, 400]) await update(bytes);
    expect(sink.sent).toHaveLength(1);
    sink.bytes = 0;
    stream.tick(performance.now());
    expect(sink.sent.map((message) => message.bytes_processed)).toEqual([100, 400]);
  });

  it('destroys a client that reads nothing for 30 s', () => {
    const now = performance.now();
    sink.bytes = 65 * KIB;
    stream.tick(now);
    stream.tick(now + 29_999);
    sink.bytes = 0;
    stream.tick(now + 30_000);
    sink.bytes = 65 * KIB;
    stream.tick(now + 31_000);
    stream.tick(now + 60_999);
    expect(sink.calls).not.toContain('destroy');
    stream.tick(now + 61_000);
    expect(sink.calls).toContain('destroy');
  });

  it('destroys a client that does not read the end', async () => {
    jobs.complete(jobId);
    stream.update(await jobs.view(jobId));
    const now = performance.now();
    stream.tick(now);
    stream.tick(now + 30_000);
    await waitFor('the end', () => sink.calls.includes('end'));
    expect(sink.calls).toContain('destroy');
  });

  it('sends a heartbeat every 15 s', () => {
    const now = performance.now();
    for (let s = 1; s <= 60; s++) stream.tick(now + s * 1_000);
    expect(sink.calls.filter((call) => call === 'heartbeat').length).toBeGreaterThanOrEqual(3);
    expect(sink.calls.filter((call) => call === 'heartbeat').length).toBeLessThanOrEqual(4);
  });

  it('destroys a client that ignores a restart', () => {
    stream.restart();
    const now = performance.now();
    stream.tick(now + 2_000);
    expect(sink.calls).toEqual(['restart']);
    stream.tick(now + 3_001);
    expect(sink.calls).toEqual(['restart', 'destroy']);
  });

  it('sends nothing after a restart', async () => {
    stream.restart();
    await update(100);
    expect(sink.sent).toEqual([]);
    expect(sink.calls).toEqual(['restart']);
  });
});
