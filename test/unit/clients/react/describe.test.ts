import { describe, expect, it } from '@jest/globals';
import { type Download, LonghaulError } from '../../../../clients/src/client/index.js';
import { describe as view } from '../../../../clients/src/react/view/describe.js';
import { english } from '../../../../clients/src/react/messages.js';
import type { DescribeOptions } from '../../../../clients/src/react/view/scene.js';

const NOW = Date.parse('2026-01-01T00:00:00.000Z');

function download(changes: Partial<Download>): Download {
  return {
    id: 'key',
    state: 'running',
    name: 'photos.zip',
    bytesPerSecond: null,
    secondsLeft: null,
    canRetryAt: null,
    silentForMs: 0,
    connection: 'live',
    saved: false,
    failure: null,
    pending: null,
    request: null,
    progress: 45,
    message: 'Fetching 3 of 8 files',
    filesProcessed: 3,
    totalFiles: 8,
    bytesProcessed: 540e6,
    bytesTotal: 1.2e9,
    attempts: 1,
    ...changes,
  };
}

function see(changes: Partial<Download>, options: DescribeOptions = {}) {
  const { headline, details, facts, badge, problem, title, actions, summary, isMuted, state, line } = view(
    download(changes),
    english,
    { now: NOW, ...options },
  );
  const labels = actions.map(({ label, isEnabled }) => (isEnabled ? label : `(${label})`));
  return { headline, details, facts, badge, problem, title, summary, isMuted, state, line, labels };
}

const error = (code: string, fileIds: number[] = []) => ({
  code,
  message: 'report.pdf does not exist.',
  retryAfterMs: null,
  supportId: '7f3c',
  fileIds,
});

describe('description of a download', () => {
  it('says that a start is prepared', () => {
    expect(see({ state: 'starting' })).toMatchObject({
      headline: 'Preparing your download…',
      details: [],
      labels: ['Cancel'],
      title: 'Preparing…',
    });
  });

  it('counts down to the repetition of a start', () => {
    const waiting = { state: 'starting', connection: 'reconnecting' } as const;
    expect(see({ ...waiting, canRetryAt: NOW + 20_000 }, { reconnectingMs: 30_000 })).toMatchObject({
      badge: null,
      details: ['Busy. Trying again in 0:20.'],
    });
    expect(see({ ...waiting, canRetryAt: NOW + 4_000 }).details).toEqual([]);
    expect(see(waiting, { reconnectingMs: 10_000 }).details).toEqual([english.startWaits()]);
    expect(see({ state: 'starting', connection: 'offline' }).details).toEqual([english.startWaits()]);
  });

  it('says that a retry is prepared', () => {
    const again = { state: 'failed', pending: 'retry', error: error('JOB_TIMEOUT') } as const;
    expect(see(again)).toMatchObject({ headline: 'Preparing your download…', problem: null, labels: [] });
  });

  it('fits in few lines', () => {
    expect(see({ secondsLeft: 20 })).toMatchObject({
      state: '45 %',
      line: 'Fetching 3 of 8 files · about 20 s left',
    });
    expect(see({ state: 'failed', error: error('FILE_NOT_FOUND') })).toMatchObject({
      state: 'Failed',
      line: 'report.pdf does not exist.',
    });
    expect(see({ silentForMs: 40_000 }).line).toContain('No news for 40 s.');
  });

  it('tells the place in the queue', () => {
    const queued = see({ state: 'queued', queuePosition: 2 });
    expect(queued.details).toEqual(['You are number 2 of your downloads.', 'Starts by itself.']);
    expect(see({ state: 'queued', queuePosition: null }).details).toEqual(['Starts by itself.']);
  });

  it('shows numbers of a running download', () => {
    const running = see({ bytesPerSecond: 38e6, secondsLeft: 20 });
    expect(running).toMatchObject({
      headline: 'Downloading 8 files',
      facts: ['45 %', '540 MB of 1.2 GB', '38 MB/s', 'about 20 s left'],
      details: ['Fetching 3 of 8 files'],
      labels: ['Cancel'],
      title: '45% · photos.zip',
    });
  });

  it('leaves unknown numbers out', () => {
    expect(see({ bytesTotal: null, bytesProcessed: 0 }).facts).toEqual(['45 %']);
    expect(see({ totalFiles: 1 }).headline).toBe('Downloading 1 file');
  });

  it.each([
    [{ silentForMs: 40_000 }, 'No news for 40 s. It goes on as soon as the server answers.'],
    [{ stale: true as const }, 'No news at the moment. It goes on as soon as the server answers.'],
    [{ attempts: 2 }, 'Attempt 2 of this step. The one before did not finish.'],
  ])('explains %j', (changes, text) => {
    expect(see(changes).details).toContain(text);
  });

  it('asks before a cancellation', () => {
    expect(see({}, { isConfirming: true })).toMatchObject({
      details: ['540 MB is done. Cancel this download?'],
      labels: ['Keep going', 'Cancel download'],
    });
    expect(see({ pending: 'cancel' })).toMatchObject({ headline: 'Cancelling…', labels: [] });
  });

  it('tells that packaging is almost done', () => {
    expect(see({ state: 'processing_artifacts', progress: 97 })).toMatchObject({
      headline: 'Packaging download',
      details: ['Almost ready.'],
      title: '97% · photos.zip',
    });
  });

  it('offers to save a completed download', () => {
    const completed = { state: 'completed' as const, filesSkipped: 0 };
    expect(see(completed)).toMatchObject({
      headline: 'Download ready',
      summary: 'photos.zip is ready',
      labels: ['Save', 'Dismiss'],
      title: '✓ photos.zip',
    });
    expect(see({ ...completed, saved: true })).toMatchObject({
      details: ['Handed to your browser. Not in your downloads?'],
      labels: ['Save again', 'Dismiss'],
    });
    expect(see({ ...completed, pending: 'save' }).details).toEqual(['Saving starts now.']);
    expect(see({ ...completed, filesSkipped: 2 }).headline).toBe('Ready, without 2 files');
  });

  it('offers a retry without the lost files', () => {
    const failed = { state: 'failed' as const, attempts: 3, error: error('FILE_NOT_FOUND', [70_001]) };
    expect(see(failed)).toMatchObject({
      problem: 'report.pdf does not exist.',
      facts: ['3 attempts', 'support number 7f3c'],
      labels: ['Leave it out', 'Try again', 'Dismiss'],
      title: '✗ photos.zip',
    });
    expect(see({ ...failed, error: error('FILE_NOT_FOUND', [1, 2]) }).labels[0]).toBe('Leave out 2 files');
    expect(see({ ...failed, totalFiles: 1 }).labels).toEqual(['Try again', 'Dismiss']);
    const passing = { ...error('SOURCE_UNAVAILABLE', [70_001]), retryAfterMs: 5_000 };
    expect(see({ ...failed, error: passing }).labels).toEqual(['Try again', 'Leave it out', 'Dismiss']);
  });

  it('counts down to a retry', () => {
    const failed = { state: 'failed' as const, error: error('STORAGE_UNAVAILABLE') };
    expect(see({ ...failed, canRetryAt: NOW + 12_000 }).labels).toEqual(['(Try again in 0:12)', 'Dismiss']);
    expect(see({ ...failed, canRetryAt: NOW }).labels).toEqual(['Try again', 'Dismiss']);
  });

  it.each([
    ['cancelled', 'Cancelled', ['Nothing was saved.'], ['Start again', 'Dismiss'], 'Cancelled'],
    ['gone', 'No longer known', [english.goneDetail()], ['Remove from list'], null],
  ])('describes %s', (state, headline, details, labels, title) => {
    expect(see({ state })).toMatchObject({ headline, details, labels, title });
  });

  it('tells lifetime and build time of an expired archive', () => {
    const times = {
      startedAt: '2026-01-01T00:00:00.000Z',
      completedAt: '2026-01-01T00:00:40.000Z',
      expiresAt: '2026-01-02T00:00:40.000Z',
    };
    expect(see({ state: 'expired', ...times }).details).toEqual([
      'Archives are kept for 24 hours. Starting again takes about 40 s.',
    ]);
  });

  it('keeps the numbers offline', () => {
    expect(see({ connection: 'offline' })).toMatchObject({
      badge: 'Offline',
      details: ['Your download continues on the server. Reconnecting by itself.'],
      facts: ['45 %', '540 MB of 1.2 GB'],
      isMuted: true,
    });
  });

  it('explains a long break only', () => {
    const broken = { connection: 'reconnecting' as const };
    expect(see(broken, { reconnectingMs: 9_000 })).toMatchObject({
      badge: 'Reconnecting…',
      details: ['Fetching 3 of 8 files'],
    });
    const { details } = see(broken, { reconnectingMs: 10_000 });
    expect(details).toEqual(['The server is restarting. Your download continues.']);
  });

  it('asks to sign in again', () => {
    const out = see({ connection: 'signed-out' }, { canSignIn: true });
    expect(out).toMatchObject({ headline: 'Please sign in again', labels: ['Sign in'] });
    expect(see({ connection: 'signed-out' }).labels).toEqual(['Try again']);
    const failure = new LonghaulError('UNAUTHENTICATED', 'Authentication required.', { status: 401 });
    const start = see({ state: 'refused', connection: 'signed-out', failure }, { canSignIn: true });
    expect(start).toMatchObject({
      headline: 'Please sign in again',
      details: ['Your download starts after that.'],
      problem: null,
      labels: ['Sign in', 'Change selection'],
    });
    const save = see({ state: 'completed', connection: 'signed-out', failure }, { canSignIn: true });
    expect(save).toMatchObject({ headline: 'Please sign in again', problem: null, labels: ['Sign in'] });
  });

  it.each([
    ['TOO_MANY_JOBS', 'Too many downloads', ['Try again', 'Change selection']],
    ['JOB_TOO_LARGE', 'Too much selected', ['Change selection']],
    ['NO_FILES_AVAILABLE', 'No file is available', ['Change selection']],
    ['RATE_LIMITED', 'Busy', ['Try again', 'Change selection']],
    ['NEW_CODE', 'The download did not start', ['Try again', 'Change selection']],
  ])('describes the refusal %s', (code, headline, labels) => {
    const failure = new LonghaulError(code, 'Text of the server.');
    expect(see({ state: 'refused', failure })).toMatchObject({
      headline,
      labels,
      problem: 'Text of the server.',
    });
  });

  it('tells sizes in units', () => {
    const message = 'The files have 120000000000 bytes in total; the limit is 100000000000.';
    const tooLarge = { ...error('JOB_TOO_LARGE'), message };
    expect(see({ state: 'failed', error: tooLarge })).toMatchObject({
      problem: 'The files have 120 GB in total; the limit is 100 GB.',
      labels: ['Dismiss'],
    });
  });

  it('tells why an action failed', () => {
    const failure = new LonghaulError('NETWORK', 'fetch failed');
    const { problem } = see({ state: 'failed', error: error('JOB_TIMEOUT'), failure });
    expect(problem).toBe('The server could not be reached. Check your connection.');
  });

  it('names the invalid fields of a request', () => {
    const errors = [{ path: 'fileIds.3', message: 'must be an id.' }];
    const failure = new LonghaulError('INVALID_REQUEST', 'The request is not valid.', { errors });
    expect(see({ state: 'refused', failure }).problem).toBe('fileIds.3: must be an id.');
  });

  it('shows the text of a state it does not know', () => {
    expect(see({ state: 'reviewing', message: 'In review' })).toMatchObject({
      headline: 'photos.zip',
      details: ['In review'],
    });
  });
});
