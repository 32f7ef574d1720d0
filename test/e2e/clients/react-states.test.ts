import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { DownloadRequest, DownloadStatus, FileOutcome } from '../../../clients/src/client/index.js';
import { locateChromium, startBrowser } from '../../support/browser.js';
import { startPartsSite } from '../../support/parts-site.js';
import type { Receiver } from '../../support/receiver.js';
import { describeWith } from '../../support/require-server.js';
import { waitFor } from '../../support/wait-for.js';
import { aStatus as aWatchedStatus, JOB } from '../../support/watched-api.js';

/** A folder for pictures of every state, to look at. */
const PICTURES = process.env.PICTURES;

const aStatus = (changes: Partial<DownloadStatus> = {}) =>
  aWatchedStatus({
    streamUrl: null,
    eventsUrl: null,
    nextPollInMs: 500,
    expiresAt: '2036-01-02T00:00:00.000Z',
    ...changes,
  });

interface Problem {
  status: number;
  code: string;
  detail: string;
  retryAfter?: number;
  errors?: { path: string; message: string }[];
}

/** Answers of the API, for states that no real server gives on demand. */
interface Api {
  start?: Problem | 'never' | undefined;
  status: DownloadStatus | Problem | 'down';
  /** Absent: they cannot be read. */
  outcomes?: FileOutcome[] | undefined;
}

describeWith([await locateChromium()], 'parts in each state', (chromium) => {
  let site: Receiver;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let api: Api;

  beforeAll(async () => {
    [site, browser] = await Promise.all([startPartsSite(), startBrowser(chromium)]);
  });
  afterAll(async () => {
    await Promise.all([site?.stop(), browser?.close()]);
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    await page.route('**/v1/**', async (route) => {
      const { pathname, searchParams } = new URL(route.request().url());
      const json = (body: object, status = 200, headers = {}) =>
        route.fulfill({ status, json: body, headers });
      const fail = ({ status, retryAfter, ...body }: Problem) =>
        json(
          { type: `urn:longhaul:problem:${body.code}`, status, ...body },
          status,
          retryAfter === undefined ? {} : { 'retry-after': `${retryAfter}` },
        );
      if (pathname.endsWith('/initiate')) {
        if (api.start === 'never') return;
        if (api.start) return fail(api.start);
        return json({ jobId: JOB, status: 'queued', expiresAt: '2036-01-02T00:00:00.000Z' }, 202);
      }
      if (pathname.includes('/cancel/')) {
        api.status = aStatus({ status: 'cancelled' });
        return json(api.status);
      }
      if (pathname.includes('/retry/')) return json({ jobId: JOB, status: 'queued' }, 202);
      if (pathname.includes('/objects/')) {
        return route.fulfill({ body: 'zip', headers: { 'content-disposition': 'attachment' } });
      }
      if (pathname.endsWith('/nothing')) return fail({ status: 404, code: 'ROUTE_NOT_FOUND', detail: '' });
      if (pathname.endsWith('/files')) {
        const states = searchParams.get('state')!.split(',');
        const files = api.outcomes?.filter(({ state }) => states.includes(state));
        if (files) return json({ files, nextCursor: null });
        return fail({ status: 500, code: 'INTERNAL_ERROR', detail: 'The files could not be read.' });
      }
      if (pathname.endsWith('/v1/downloads')) return json({ jobs: [], nextCursor: null });
      if (api.status === 'down') return route.abort();
      if ('code' in api.status) return fail(api.status);
      return json(api.status);
    });
  });
  afterEach(async () => {
    expect(await page.evaluate('violations')).toEqual([]);
    await context.close();
  });

  /** Starts a download on a page whose API answers so. */
  async function show(state: Api, query = ''): Promise<void> {
    api = state;
    await page.goto(`${site.url}/?${query}`);
    await page.getByRole('button', { name: 'Download photos' }).click();
    await page.locator('[data-lh-part=modal] .lh-body').waitFor();
  }

  /** Checks accessibility in light and dark, and takes pictures for a desktop and a phone. */
  async function inspect(pictureName: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const width of [1440, 360]) {
        await page.setViewportSize({ width, height: 720 });
        if (PICTURES)
          await page.screenshot({ path: join(PICTURES, `${pictureName}-${colorScheme}-${width}.png`) });
      }
      await expectAccessible();
    }
  }

  async function expectAccessible(): Promise<void> {
    await page.evaluate(axe.source);
    const faults = await page.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id} ${nodes[0].html} ${nodes[0].failureSummary}`))',
    );
    expect(faults).toEqual([]);
  }

  const modal = () => page.locator('[data-lh-part=modal]');
  const expectToSee = (text: string | RegExp) => modal().getByText(text).first().waitFor();
  const press = (name: string) => modal().getByRole('button', { name, exact: true }).click();

  const RUNNING = aStatus({
    progress: 45,
    message: 'Fetching 3 of 8 files',
    filesProcessed: 3,
    totalFiles: 8,
    bytesProcessed: 540e6,
    bytesTotal: 1.2e9,
    etaSeconds: 20,
    attempts: 2,
  });
  const COMPLETED = aStatus({
    status: 'completed',
    progress: 100,
    message: 'Completed',
    startedAt: '2026-01-01T00:00:00.000Z',
    completedAt: '2026-01-01T00:00:40.000Z',
    expiresAt: '2036-01-02T00:00:40.000Z',
    downloadUrl: '/v1/objects/archive',
    archive: {
      name: 'photos.zip',
      size: 1.2e9,
      contentType: 'application/zip',
      checksum: `sha256:${'a'.repeat(64)}`,
      files: 8,
      skipped: 0,
    },
  });
  const failed = (code: string, message: string, retryAfterMs: number | null, fileIds: number[] = []) =>
    aStatus({
      status: 'failed',
      attempts: 3,
      completedAt: new Date().toISOString(),
      error: { code, message, retryAfterMs, supportId: '7f3c', fileIds },
    });
  const refused = (status: number, code: string, detail: string, more: Partial<Problem> = {}): Api => ({
    start: { status, code, detail, ...more },
    status: aStatus(),
  });

  interface Row {
    name: string;
    api: Api | (() => Api);
    query?: string;
    texts: (string | RegExp)[];
    buttons: (string | RegExp)[];
    title: string;
  }

  const ROWS: Row[] = [
    {
      name: 'starting',
      api: { start: 'never', status: aStatus() },
      texts: ['Preparing your download…'],
      buttons: ['Close', 'Cancel', 'Tell me when it is ready'],
      title: 'Preparing…',
    },
    {
      name: 'queued',
      api: { status: aStatus({ status: 'queued', queuePosition: 2, progress: 0 }) },
      texts: ['Waiting…', 'You are number 2 of your downloads.', 'Starts by itself.'],
      buttons: ['Minimise', 'Cancel', 'Tell me when it is ready'],
      title: 'Waiting',
    },
    {
      name: 'running',
      api: { status: RUNNING },
      texts: [
        'Downloading 8 files',
        '45 % · 540 MB of 1.2 GB · about 20 s left',
        'Fetching 3 of 8 files',
        'Attempt 2 of this step. The one before did not finish.',
      ],
      buttons: ['Minimise', 'Cancel', 'Tell me when it is ready'],
      title: '45% · photos.zip',
    },
    {
      name: 'stale',
      api: { status: { ...RUNNING, stale: true } },
      texts: ['No news at the moment. It goes on as soon as the server answers.'],
      buttons: ['Minimise', 'Cancel', 'Tell me when it is ready'],
      title: '45% · photos.zip',
    },
    {
      name: 'packaging',
      api: { status: { ...RUNNING, status: 'processing_artifacts', progress: 97, bytesProcessed: 1.2e9 } },
      texts: ['Packaging download', '97 % · 1.2 GB of 1.2 GB', 'Almost ready.'],
      buttons: ['Minimise', 'Cancel', 'Tell me when it is ready'],
      title: '97% · photos.zip',
    },
    {
      name: 'completed',
      api: { status: COMPLETED },
      texts: [
        'Download ready',
        'photos.zip',
        /8 files · 1.2 GB · kept until 2 Jan 2036 \d\d:00/,
        /Saving starts now|Handed to your browser/,
        'SHA-256',
      ],
      buttons: ['Save again', 'Close'],
      title: '✓ photos.zip',
    },
    {
      name: 'skipped',
      api: {
        status: { ...COMPLETED, archive: { ...COMPLETED.archive!, files: 6, skipped: 2 } },
        outcomes: [
          anOutcome(70_001, 'report.pdf', 'FILE_NOT_FOUND'),
          anOutcome(70_002, 'clip.mov', 'FILE_CHANGED'),
        ],
      },
      texts: [
        'Ready, without 2 files',
        'report.pdf not found',
        'clip.mov changed while reading',
        'Also listed in _manifest.json inside.',
      ],
      buttons: ['Copy list', 'Save again', 'Close'],
      title: '✓ photos.zip',
    },
    {
      name: 'failed',
      query: 'ids=70000,70001',
      api: { status: failed('FILE_NOT_FOUND', 'report.pdf does not exist.', null, [70_001]) },
      texts: ['Download failed', 'report.pdf does not exist.', '3 attempts · support number 7f3c'],
      buttons: ['Leave it out', 'Try again', 'Close'],
      title: '✗ photos.zip',
    },
    {
      name: 'failed-countdown',
      api: () => ({ status: failed('STORAGE_UNAVAILABLE', 'The object store is not reachable.', 60_000) }),
      texts: ['Download failed', 'The object store is not reachable.'],
      buttons: [/Try again in (1:00|0:5\d)/, 'Close'],
      title: '✗ photos.zip',
    },
    {
      name: 'cancelled',
      api: { status: aStatus({ status: 'cancelled' }) },
      texts: ['Cancelled', 'Nothing was saved.'],
      buttons: ['Start again', 'Close'],
      title: 'Cancelled',
    },
    {
      name: 'expired',
      api: {
        status: { ...COMPLETED, status: 'expired', archive: null, expiresAt: '2026-01-02T00:00:40.000Z' },
      },
      texts: ['Archive expired', 'Archives are kept for 24 hours. Starting again takes about 40 s.'],
      buttons: ['Start again', 'Close'],
      title: 'Expired',
    },
    {
      name: 'gone',
      api: { status: { status: 404, code: 'JOB_NOT_FOUND', detail: 'No such job.' } },
      texts: ['No longer known', 'This download was removed or belongs to another account.'],
      buttons: ['Remove from list', 'Close'],
      title: 'Photos',
    },
    {
      name: 'signed-out',
      query: 'sign-in',
      api: { status: { status: 401, code: 'UNAUTHENTICATED', detail: 'Authentication required.' } },
      texts: ['Please sign in again', 'Your downloads continue meanwhile.'],
      buttons: ['Close', 'Sign in', 'Tell me when it is ready'],
      title: 'Preparing…',
    },
    {
      name: 'refused-too-many',
      api: refused(429, 'TOO_MANY_JOBS', 'Download limit reached: 3 running, 100 queued.', {
        retryAfter: 60,
      }),
      texts: ['Too many downloads', 'Download limit reached: 3 running, 100 queued.'],
      buttons: [/Try again in (1:00|0:5\d)/, 'Change selection', 'Close'],
      title: 'Photos',
    },
    {
      name: 'refused-too-large',
      api: refused(413, 'JOB_TOO_LARGE', '120 GB selected, 100 GB at most.'),
      texts: ['Too much selected', '120 GB selected, 100 GB at most.'],
      buttons: ['Change selection', 'Close'],
      title: 'Photos',
    },
    {
      name: 'refused-busy',
      api: refused(503, 'TEMPORAL_UNAVAILABLE', 'The job service is not reachable.', { retryAfter: 60 }),
      texts: ['Busy', 'The job service is not reachable.'],
      buttons: [/Try again in (1:00|0:5\d)/, 'Change selection', 'Close'],
      title: 'Photos',
    },
    {
      name: 'refused-invalid',
      api: refused(400, 'INVALID_REQUEST', 'The request is not valid.', {
        errors: [{ path: 'fileIds.0', message: 'must be an id.' }],
      }),
      texts: ['The request is not valid', 'fileIds.0: must be an id.'],
      buttons: ['Change selection', 'Close'],
      title: 'Photos',
    },
    {
      name: 'refused-unknown-code',
      api: refused(403, 'NOT_ON_SUNDAYS', 'Downloads rest on Sundays. Come back tomorrow.'),
      texts: ['The download did not start', 'Downloads rest on Sundays. Come back tomorrow.'],
      buttons: ['Try again', 'Change selection', 'Close'],
      title: 'Photos',
    },
  ];

  it.each(ROWS)('shows $name', async ({ name, api: answers, query, texts, buttons: labels, title }) => {
    await show(typeof answers === 'function' ? answers() : answers, query);
    for (const text of texts) await expectToSee(text);
    await waitFor('the title', async () => (await page.title()) === title);
    const shown = await modal().getByRole('button').allInnerTexts();
    expect(shown).toEqual(
      labels.map((label) => (label instanceof RegExp ? expect.stringMatching(label) : label)),
    );
    await inspect(name);
  });

  it('speaks progress in whole words', async () => {
    await show({ status: RUNNING });
    await page.getByRole('status').getByText('photos.zip: Downloading 8 files').waitFor();
    expect(await modal().getByRole('progressbar').getAttribute('aria-valuetext')).toBe(
      '45 percent, 3 of 8 files, about 20 s left',
    );
  });

  it('asks before more than 100 MB are cancelled', async () => {
    await show({ status: RUNNING });
    await press('Cancel');
    await expectToSee('540 MB is done. Cancel this download?');
    await inspect('cancel-question');
    await press('Keep going');
    await expectToSee('Fetching 3 of 8 files');
    await press('Cancel');
    await press('Cancel download');
    await expectToSee('Cancelled');
    await waitFor('the focus', () => page.evaluate("!!document.activeElement.closest('dialog')"));
  });

  it('cancels less at once', async () => {
    await show({ status: { ...RUNNING, bytesProcessed: 1e6 } });
    await press('Cancel');
    await expectToSee('Cancelled');
  });

  it('enables a retry when the countdown ends', async () => {
    await show({ status: failed('STORAGE_UNAVAILABLE', 'The object store is not reachable.', 3_000) });
    await modal()
      .getByRole('button', { name: /Try again in/ })
      .waitFor();
    api.status = RUNNING;
    await press('Try again');
    await expectToSee('Downloading 8 files');
  });

  const LOST_STATUS = failed('FILE_NOT_FOUND', 'report.pdf does not exist.', null, [70_001]);
  const LOST: Api = {
    status: LOST_STATUS,
    outcomes: [
      { ...anOutcome(70_000, 'a.txt', ''), state: 'prepared', error: null },
      { ...anOutcome(70_001, 'report.pdf', 'FILE_NOT_FOUND'), state: 'failed' },
    ],
  };

  it('starts again without the lost file', async () => {
    await show({ ...LOST }, 'ids=70000,70001');
    const started = page.waitForRequest('**/initiate');
    await modal().locator('.lh-action-main').getByText('Leave it out').waitFor();
    api.status = RUNNING;
    await press('Leave it out');
    const request = (await started).postDataJSON() as DownloadRequest;
    expect(request).toMatchObject({ files: [{ fileId: 70_000, name: 'a.txt' }], onFileError: 'fail' });
    await expectToSee('Downloading 8 files');
    expect(await page.evaluate('downloads.list().length')).toBe(1);
    await page.keyboard.press('Escape');
    // The button follows the download that goes on.
    await page.locator('[data-lh-part=button][data-state=running]').waitFor();
  });

  it('leaves the lost file out after a refresh too', async () => {
    await show({ ...LOST }, 'ids=70000,70001&list');
    await expectToSee('Download failed');
    await page.reload();
    const row = page.locator('[data-lh-part=row]');
    await row.locator('.lh-action-main').getByText('Leave it out').waitFor();
    const started = page.waitForRequest('**/initiate');
    api.outcomes = undefined;
    await row.getByRole('button', { name: 'Leave it out' }).click();
    await row.getByText('The files could not be read.').waitFor();
    api.outcomes = LOST.outcomes;
    await row.getByRole('button', { name: 'Leave it out' }).click();
    const request = (await started).postDataJSON() as DownloadRequest;
    expect(request).toMatchObject({
      files: [{ fileId: 70_000, name: 'a.txt' }],
      archive: { name: 'photos', format: 'zip' },
    });
    expect(request.fileIds).toBeUndefined();
  });

  it('proposes no retry that must fail', async () => {
    await show({ status: { ...LOST_STATUS, totalFiles: 1 } });
    await expectToSee('Download failed');
    await modal().getByRole('button', { name: 'Try again' }).waitFor();
    expect(await modal().locator('.lh-action-main').count()).toBe(0);
    await inspect('failed-alone');
  });

  it('gives up a start without a network', async () => {
    await show({ start: 'never', status: aStatus() }, 'patient');
    await context.setOffline(true);
    await press('Cancel');
    await expectToSee('Nothing was saved.');
    await inspect('given-up');
  });

  it('asks to sign in after a sign-out', async () => {
    await show({ status: RUNNING }, 'sign-in');
    const spoken = page.getByRole('status').getByText('photos.zip: Downloading 8 files');
    await spoken.waitFor({ state: 'attached' });
    await page.evaluate('downloads.forget()');
    await spoken.waitFor({ state: 'detached' });
    api.start = { status: 401, code: 'UNAUTHENTICATED', detail: 'Authentication required.' };
    await page.getByRole('button', { name: 'Download photos' }).click();
    await expectToSee('Please sign in again');
    await expectToSee('Your download starts after that.');
    await inspect('after-sign-out');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'My own button' }).click();
    api.start = undefined;
    await page.evaluate('downloads.resume()');
    await page.locator('[data-lh-part=button][data-state=running]').waitFor();
  });

  it('does not tell old failures', async () => {
    await show({ ...LOST }, 'list');
    await page.getByRole('alert').getByText('photos.zip failed').waitFor({ state: 'attached' });
    await page.reload();
    await page.locator('[data-lh-part=row]').getByText('Failed').waitFor();
    api.start = 'never';
    await page.getByRole('button', { name: 'Download photos' }).click();
    await page.getByRole('status').getByText('Preparing').waitFor({ state: 'attached' });
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('counts down while a busy server lets a start wait', async () => {
    await show(refused(429, 'RATE_LIMITED', 'Too many requests.', { retryAfter: 20 }), 'patient');
    await expectToSee(/Busy\. Trying again in 0:[12]\d/);
    expect(await modal().getByText('Reconnecting…').count()).toBe(0);
    await inspect('starting-busy');
  });

  it('gives the keyboard back to the toast', async () => {
    await show({ status: RUNNING });
    await page.keyboard.press('Escape');
    const toast = page.locator('[data-lh-part=toast]');
    await toast.getByRole('button', { name: 'Show' }).press('Enter');
    await expectToSee('Downloading 8 files');
    await page.keyboard.press('Escape');
    const focused = () => page.evaluate("document.activeElement.closest('[data-lh-part=toast]') !== null");
    await waitFor('the focus', focused);
    await toast.getByRole('button', { name: 'Close' }).press('Enter');
    await waitFor('the focus', () => page.evaluate("document.activeElement.textContent === '45 %'"));
  });

  it('tells that it is offline, and keeps the numbers', async () => {
    await show({ status: RUNNING });
    await expectToSee('Downloading 8 files');
    const { status } = api;
    await context.setOffline(true);
    api.status = 'down';
    await expectToSee('Offline');
    await expectToSee('Your download continues on the server. Reconnecting by itself.');
    await expectToSee('45 % · 540 MB of 1.2 GB');
    await inspect('offline');
    api.status = status;
    await context.setOffline(false);
    await expectToSee('Fetching 3 of 8 files');
  });

  it('tells that the server restarts', async () => {
    await show({ status: RUNNING });
    await expectToSee('Downloading 8 files');
    api.status = { status: 502, code: 'BAD_GATEWAY', detail: '' };
    await expectToSee('Reconnecting…');
    await expectToSee('The server is restarting. Your download continues.');
    await inspect('reconnecting');
    api.status = RUNNING;
    await expectToSee('Fetching 3 of 8 files');
  });

  it('calls the sign-in of the application', async () => {
    const signedOut = { status: 401, code: 'UNAUTHENTICATED', detail: 'Authentication required.' };
    await show({ status: signedOut }, 'sign-in');
    await press('Sign in');
    expect(await page.evaluate('signedIn')).toBe(true);
    api.status = RUNNING;
    await page.evaluate('downloads.resume()');
    await expectToSee('Downloading 8 files');
  });

  it('shows a save that did not begin', async () => {
    await show({ status: { ...COMPLETED, downloadUrl: '/v1/nothing' } });
    await expectToSee('The archive is not saved. Try again.');
    await inspect('not-saved');
  });

  it.each([
    ['sha256', 'SHA-256', 'a'.repeat(64)],
    ['crc32', 'CRC-32', 'cbf43926'],
  ])('selects the %s without a clipboard', async (kind, label, hex) => {
    await show({ status: { ...COMPLETED, archive: { ...COMPLETED.archive!, checksum: `${kind}:${hex}` } } });
    await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
    await modal().getByText(label).click();
    await press('Copy');
    expect(await page.evaluate('`${getSelection()}`')).toBe(hex);
    await inspect(`checksum-${kind}`);
  });

  it('shows toasts with their own title', async () => {
    await show({ status: RUNNING }, 'title=Preparing+your+metrics…');
    await page.keyboard.press('Escape');
    const toast = page.locator('[data-lh-part=toast]');
    await toast.getByText('Preparing your metrics…').waitFor();
    await waitFor('the focus', () => page.evaluate("document.activeElement.textContent === '45 %'"));
    await inspect('toast');
    api.status = { ...COMPLETED, downloadUrl: null };
    await toast.getByText('photos.zip is ready').waitFor();
    expect(await toast.count()).toBe(1);
    await inspect('toast-ready');
  });

  it('turns a toast into a row of a list', async () => {
    await show({ status: RUNNING }, 'list');
    await page.keyboard.press('Escape');
    await page.locator('[data-lh-part=toast]').waitFor();
    await page.locator('[data-lh-part=toast]').waitFor({ state: 'detached', timeout: 15_000 });
    expect(await page.locator('[data-lh-part=row]').getByText('Fetching 3 of 8 files').count()).toBe(1);
  });

  it('lists downloads in a drawer', async () => {
    await show({ status: RUNNING });
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Open drawer' }).click();
    await page.getByRole('dialog', { name: 'My downloads' }).getByText('Fetching 3 of 8 files').waitFor();
    await inspect('drawer');
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Open drawer');
  });

  it('asks for notifications on a click alone', async () => {
    await context.addInitScript(`
      globalThis.asked = 0;
      globalThis.told = [];
      globalThis.Notification = class {
        static permission = 'default';
        static requestPermission = async () => (asked++, 'granted');
        constructor(text) { told.push(text); }
        addEventListener() {}
      };
    `);
    await show({ status: RUNNING });
    await expectToSee('Downloading 8 files');
    expect(await page.evaluate('asked')).toBe(0);
    await press('Tell me when it is ready');
    await modal().getByRole('button', { name: 'You will be told', pressed: true }).waitFor();
    api.status = COMPLETED;
    await expectToSee('Download ready');
    expect(await page.evaluate('[asked, told]')).toEqual([1, ['photos.zip is ready']]);
  });

  it('tells a failure assertively', async () => {
    await show({ status: RUNNING });
    await expectToSee('Downloading 8 files');
    api.status = failed('JOB_TIMEOUT', 'The job took too long.', null);
    const alert = page.getByRole('alert').getByText('photos.zip failed');
    await alert.waitFor();
    expect(await alert.count()).toBe(1);
  });

  it('replaces words and the locale', async () => {
    await show({ status: COMPLETED }, 'german&locale=de');
    await expectToSee('Fertig');
    await expectToSee(/1,2 GB/);
  });

  function anOutcome(fileId: number, name: string, code: string): FileOutcome {
    return { fileId, name, size: null, state: 'skipped', error: { code, message: code } };
  }
});
