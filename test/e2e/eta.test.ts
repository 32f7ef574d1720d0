import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DownloadStatus, Estimate, StartedDownload } from '../../src/contract/http/answers.js';
import { pseudoText } from '../support/pseudo-text.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const SLOW_BYTES = 160 * 1024 * 1024;
/** Takes some seconds, so that its rate can be observed. */
const SLOW = { fileId: 70_001, archive: { compression: 'deflate' } };
const DELAY_SECONDS = 300;

describeWith(await locateTemporalCli(), 'ETA', (temporalCli) => {
  let stack: Stack;
  let delayed: string;
  let slow: StartedDownload;
  let seen: DownloadStatus[];

  beforeAll(async () => {
    stack = await Stack.start({ temporalCli, env: { MAX_RUNNING_JOBS_PER_USER: '3' } });
    await stack.store.write('downloads/70000', Buffer.from('small'));
    await stack.store.write('downloads/70001', pseudoText(SLOW_BYTES));
    delayed = await stack.startAnotherApi({
      DOWNLOAD_DELAY_ENABLED: 'true',
      DOWNLOAD_DELAY_MIN_MS: String(DELAY_SECONDS * 1_000),
      DOWNLOAD_DELAY_MAX_MS: String(DELAY_SECONDS * 1_000),
    });
    expect((await estimate(SLOW)).etaSeconds).toBeNull();
    slow = await stack.initiate(SLOW);
    seen = [];
    await stack.waitUntilFinal(slow.jobId, { seen });
  });
  afterAll(() => stack?.stop());

  const post = async <T>(path: string, body: object, baseUrl = stack.baseUrl): Promise<T> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(baseUrl + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await response.json()) as T;
  };
  const statusAt = async (baseUrl: string, jobId: string): Promise<DownloadStatus> =>
    (await (await fetch(`${baseUrl}/v1/download/status/${jobId}`)).json()) as DownloadStatus;
  const estimate = (body: object, baseUrl?: string) => post<Estimate>('/v1/download/estimate', body, baseUrl);

  it('is null at the start, and the first poll prompt', async () => {
    const started = await stack.initiate({ fileId: 70_000 });
    expect(started.etaSeconds).toBeNull();
    expect(started.nextPollInMs).toBeLessThanOrEqual(600);
    const inSnakeCase = await post('/v1/download/jobs', { file_ids: [70_000] });
    expect(inSnakeCase).toMatchObject({ estimated_duration: null });
  });

  it('is never shorter than an observed rate allows', () => {
    expect(slow.etaSeconds).toBeNull();
    const firstKnown = seen.find(({ etaSeconds }) => etaSeconds !== null);
    expect(firstKnown?.status).toBe('running');
    expect(firstKnown?.bytesProcessed).toBeGreaterThan(0);
  });

  it('estimates a download from the bytes of recent ones', async () => {
    const { etaSeconds } = await estimate(SLOW);
    expect(etaSeconds).toBeGreaterThanOrEqual(1);
    expect((await estimate({ fileId: 70_099, onFileError: 'skip' })).etaSeconds).toBeNull();
  });

  it('adds the delay of the operator', async () => {
    await statusAt(delayed, slow.jobId);
    expect((await estimate(SLOW, delayed)).etaSeconds).toBeGreaterThan(DELAY_SECONDS);

    const { jobId } = await post<StartedDownload>('/v1/download/initiate', SLOW, delayed);
    const isDelayed = async () => (await statusAt(delayed, jobId)).message.startsWith('Delayed');
    await waitFor('the job to be delayed', isDelayed);
    const { etaSeconds } = await statusAt(delayed, jobId);
    expect(etaSeconds).toBeGreaterThan(DELAY_SECONDS / 2);
    expect(etaSeconds).toBeLessThan(DELAY_SECONDS * 2);
    await stack.post(`/v1/download/cancel/${jobId}`);
    await stack.waitUntilFinal(jobId);
  });
});
