import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, poll, postJson } from '../../support/earlier-clients.js';
import { describeWith } from '../../support/require-server.js';
import { Stack } from '../../support/stack.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { readWithPython } from '../../support/unpack.js';

const ENDED = ['completed', 'failed'];

describeWith(await locateTemporalCli(), 'clients of earlier services', (temporalCli) => {
  let stack: Stack;
  let api: string;
  beforeAll(async () => {
    const pause = { DOWNLOAD_DELAY_MIN_MS: '700', DOWNLOAD_DELAY_MAX_MS: '700' };
    stack = await Stack.start({ temporalCli, env: { DOWNLOAD_DELAY_ENABLED: 'true', ...pause } });
    api = `${stack.baseUrl}/v1/download`;
    for (const id of [70_000, 70_001]) await stack.store.write(`downloads/${id}`, Buffer.from(`file ${id}`));
  });
  afterAll(() => stack?.stop());

  const entriesAt = async (link: unknown) => {
    const archive = await fetch(String(link));
    expect(archive.status).toBe(200);
    return readWithPython(Buffer.from(await archive.arrayBuffer()), 'zip');
  };
  const expectRising = (numbers: unknown[]) => {
    expect(numbers).toEqual((numbers as number[]).toSorted((a, b) => a - b));
  };

  describe('a client that polls until downloadUrl', () => {
    it('shows progress and follows the link', async () => {
      const { code, answer } = await postJson(`${api}/initiate`, { fileIds: [70_000, 70_001] });
      expect([code, typeof answer['jobId']]).toEqual([202, 'string']);
      const seen = await poll(`${api}/status/${String(answer['jobId'])}`, ENDED);
      expectRising(seen.map(({ progress }) => progress));
      expect(seen.at(0)).toMatchObject({ downloadUrl: null, error: null });
      expect(seen.at(-1)).toMatchObject({ jobId: answer['jobId'], status: 'completed', progress: 100 });
      expect(await entriesAt(seen.at(-1)!['downloadUrl'])).toHaveLength(2);
    });

    it('sees a failure', async () => {
      const { answer } = await postJson(`${api}/initiate`, { fileIds: [70_099] });
      const last = (await poll(`${api}/status/${String(answer['jobId'])}`, ENDED)).at(-1)!;
      expect(last['status']).toBe('failed');
      expect(last['error']).toBeTruthy();
    });
  });

  describe('a client that posts one file_id', () => {
    it('links to url once it is completed', async () => {
      const { code, answer } = await postJson(`${api}/initiate`, { file_id: 70_000 });
      expect([code, answer]).toMatchObject([202, { status: 'queued' }]);
      const seen = await poll(`${api}/status/${String(answer['jobId'])}`, ['completed']);
      expectRising(seen.map(({ progress }) => progress));
      const { url, completedAt } = seen.at(-1)!;
      expect(Date.parse(String(completedAt))).toBeGreaterThan(0);
      expect(await entriesAt(url)).toHaveLength(1);
    });
  });

  describe('a client that resumes from a stored job id', () => {
    it('finds the download after the tab was closed', async () => {
      const { code, answer } = await postJson(`${api}/initiate`, { fileIds: [70_000] });
      expect(code).toBe(202);
      expect(answer).toHaveProperty('etaSeconds');
      const stored = JSON.stringify({ jobId: answer['jobId'] });
      const before = (await (await fetch(`${api}/status/${String(answer['jobId'])}`)).json()) as Answer;
      expect(before['status']).not.toBe('completed');
      // The new tab knows the stored id alone.
      const { jobId } = JSON.parse(stored) as { jobId: string };
      const seen = await poll(`${api}/status/${jobId}`, ENDED);
      expect(seen.at(-1)).toMatchObject({ jobId, status: 'completed' });
      expect(await entriesAt(seen.at(-1)!['downloadUrl'])).toHaveLength(1);
    });
  });

  describe('a client that sends JSON without a content type', () => {
    /** A string body without headers: `fetch` labels it as text. */
    const initiate = async (body: object) => {
      const init = { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(5_000) };
      const response = await fetch(`${api}/initiate`, init);
      expect(response.status).toBe(202);
      return (await response.json()) as Answer;
    };

    /** Waits as told plus jitter, and backs off when it is asked to. */
    const pollWithJitter = async (jobId: string): Promise<Answer[]> => {
      const seen: Answer[] = [];
      for (;;) {
        const response = await fetch(`${api}/status/${jobId}`, { signal: AbortSignal.timeout(5_000) });
        expect(response.headers.get('cache-control')).toBe('no-store');
        const status = (await response.json()) as Answer;
        seen.push(status);
        if (['completed', 'failed', 'cancelled', 'expired'].includes(String(status['status']))) return seen;
        await delay(50 + Math.random() * 50);
      }
    };

    it('reads flat fields and follows the redirect', async () => {
      const { jobId, ...started } = await initiate({ fileIds: [70_000, 70_001], priority: 'low' });
      expect(started).toMatchObject({ status: 'queued', nextPollInMs: expect.any(Number) });
      expect(Date.parse(String(started['expiresAt']))).toBeGreaterThan(Date.now());
      const early = await fetch(`${api}/${String(jobId)}`, { redirect: 'manual' });
      expect(early.status).toBe(409);
      expect(await early.json()).toMatchObject({ job: { jobId, progressPercent: expect.any(Number) } });

      const drawer = (await (await fetch(`${stack.baseUrl}/v1/downloads?status=active`)).json()) as Answer;
      expect(drawer['jobs']).toContainEqual(expect.objectContaining({ jobId, progressPercent: 0 }));

      const seen = await pollWithJitter(String(jobId));
      expectRising(seen.map(({ progressPercent }) => progressPercent));
      expect(seen.at(-1)).toMatchObject({
        status: 'completed',
        progressPercent: 100,
        message: expect.any(String),
        downloadUrl: expect.stringMatching(/^http/),
        checksum: expect.stringMatching(/^sha256:/),
        startedAt: expect.any(String),
        completedAt: expect.any(String),
        attempts: 1,
        errorCode: null,
        errorMessage: null,
        retryAfterMs: null,
      });
      const redirect = await fetch(`${api}/${String(jobId)}`, { redirect: 'manual' });
      expect(redirect.status).toBe(302);
      expect(await entriesAt(redirect.headers.get('location'))).toHaveLength(2);
    });

    it('tries a failed download again under its key', async () => {
      const body = { fileIds: [70_050], clientRequestId: 'try-again' };
      const { jobId } = await initiate(body);
      const failed = (await pollWithJitter(String(jobId))).at(-1)!;
      expect(failed).toMatchObject({
        status: 'failed',
        errorCode: 'FILE_NOT_FOUND',
        errorMessage: 'File 70050 does not exist.',
        retryAfterMs: null,
        supportTicketId: expect.stringMatching(/./),
      });
      await stack.store.write('downloads/70050', Buffer.from('there now'));
      expect(await initiate(body)).toMatchObject({ jobId, status: 'queued' });
      expect((await pollWithJitter(String(jobId))).at(-1)).toMatchObject({
        status: 'completed',
        errorCode: null,
      });
    });

    it('cancels without a body', async () => {
      const { jobId } = await initiate({ fileIds: [70_000] });
      const response = await fetch(`${api}/cancel/${String(jobId)}`, { method: 'POST' });
      expect(response.status).toBe(200);
      expect((await pollWithJitter(String(jobId))).at(-1)).toMatchObject({ status: 'cancelled', url: null });
    });
  });
});
