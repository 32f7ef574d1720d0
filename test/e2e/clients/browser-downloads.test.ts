import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type BrowserContext, chromium as playwright, type Page } from 'playwright-core';
import type { Download } from '../../../clients/src/client/index.js';
import { locateChromium } from '../../support/browser.js';
import { startClientSite } from '../../support/client-site.js';
import type { Receiver } from '../../support/receiver.js';
import { describeWith } from '../../support/require-server.js';
import { Stack } from '../../support/stack.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { readWithPython } from '../../support/unpack.js';
import { waitFor } from '../../support/wait-for.js';

const programs = [await locateTemporalCli(), await locateChromium()];

describeWith(programs, 'createDownloads in a browser', (temporalCli, chromium) => {
  let stack: Stack;
  let site: Receiver;
  let profile: string;
  let browser: BrowserContext;
  let saved: string[];

  beforeAll(async () => {
    const pause = { DOWNLOAD_DELAY_MIN_MS: '2500', DOWNLOAD_DELAY_MAX_MS: '2500' };
    stack = await Stack.start({ temporalCli, env: { DOWNLOAD_DELAY_ENABLED: 'true', ...pause } });
    await stack.store.write('downloads/70000', Buffer.from('hello'), { metadata: { filename: 'a.txt' } });
    site = await startClientSite();
  });
  afterAll(async () => {
    await Promise.all([site?.stop(), stack?.stop()]);
  });
  beforeEach(async () => {
    profile = await mkdtemp(join(tmpdir(), 'longhaul-profile-'));
    saved = [];
    browser = await openBrowser();
  });
  afterEach(async () => {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  });

  async function openBrowser(args: string[] = []): Promise<BrowserContext> {
    const opened = await playwright.launchPersistentContext(profile, {
      executablePath: chromium,
      args: ['--no-sandbox', ...args],
    });
    opened.on('page', (page) => {
      page.on('download', (download) => {
        // A page that closes cancels its download.
        void download.path().then(
          (path) => saved.push(path),
          () => {},
        );
      });
    });
    return opened;
  }

  /** Opens the page in a new tab. */
  async function open(host = '127.0.0.1'): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(`http://${host}:${site.port}/?api=${stack.baseUrl}`);
    await page.waitForFunction('globalThis.resumed');
    return page;
  }

  const start = (page: Page, key: string) =>
    page.evaluate(`void downloads.start({ fileIds: [70000], clientRequestId: '${key}' })`);
  const shown = (page: Page, key: string) => page.evaluate<Download | undefined>(`downloads.get('${key}')`);
  const until = (page: Page, key: string, condition: string) =>
    page.waitForFunction(`(({ state, saved, pending }) => ${condition})(downloads.get('${key}') ?? {})`);
  const jobs = async () => {
    const response = await stack.request('/v1/downloads');
    return ((await response.json()) as { jobs: { jobId: string; archiveName: string }[] }).jobs;
  };

  it('saves an archive that unpacks', async () => {
    const page = await open();
    await start(page, 'whole');
    await until(page, 'whole', 'saved');
    await waitFor('the file', () => saved.length === 1);
    const entries = await readWithPython(await readFile(saved[0]!), 'zip');
    expect(entries.map(({ name }) => name)).toEqual(['a.txt']);
    expect(await shown(page, 'whole')).toMatchObject({
      state: 'completed',
      connection: 'live',
      failure: null,
    });
  });

  it('finds the same job after a refresh, and saves it', async () => {
    const page = await open();
    const before = (await jobs()).length;
    await start(page, 'refreshed');
    await page.reload();
    await page.waitForFunction('globalThis.resumed');
    await until(page, 'refreshed', "state === 'queued' || state === 'running'");
    await page.reload();
    await until(page, 'refreshed', 'saved');
    await waitFor('the file', () => saved.length === 1);
    await waitFor('the list', async () => (await jobs()).length > before);
    expect(await jobs()).toHaveLength(before + 1);
  });

  it('repeats a start whose answer was lost', async () => {
    const page = await open();
    // The server accepts the job, and the page goes away before the answer.
    let accepted = false;
    await page.route('**/initiate', async (route) => {
      await route.fetch();
      accepted = true;
    });
    await start(page, 'lost');
    await waitFor('the start', () => accepted);
    await page.unroute('**/initiate');
    await page.reload();
    await page.waitForFunction('globalThis.resumed');
    await until(page, 'lost', 'saved');
    expect(saved.length).toBeLessThanOrEqual(1);
  });

  it('saves once what completed while it was closed', async () => {
    const page = await open();
    await start(page, 'closed');
    await until(page, 'closed', "state === 'queued' || state === 'running'");
    const { jobId } = (await shown(page, 'closed'))!;
    await browser.close();
    await stack.waitUntilFinal(jobId!);
    browser = await openBrowser();
    const again = await open();
    await until(again, 'closed', 'saved');
    const other = await open();
    expect(await shown(other, 'closed')).toMatchObject({ state: 'completed', saved: true });
    await waitFor('the file', () => saved.length === 1);
  });

  it('follows once for two tabs, and saves once', async () => {
    const [first, second] = [await open(), await open()];
    const streams: string[] = [];
    for (const page of [first, second]) page.on('websocket', (socket) => streams.push(socket.url()));
    await start(first, 'shared');
    await Promise.all([until(first, 'shared', 'saved'), until(second, 'shared', 'saved')]);
    await waitFor('the file', () => saved.length === 1);
    expect(streams).toHaveLength(1);
  });

  it('goes on in the other tab when one closes', async () => {
    const [first, second] = [await open(), await open()];
    await start(first, 'left');
    await until(second, 'left', "state === 'queued' || state === 'running'");
    await first.close();
    await until(second, 'left', 'saved');
    await waitFor('the file', () => saved.length === 1);
    expect(await shown(second, 'left')).toMatchObject({ state: 'completed', failure: null });
  });

  it('goes on in the other tab when one crashes', async () => {
    const [first, second] = [await open(), await open()];
    await start(first, 'crashed');
    await until(second, 'crashed', "state === 'queued' || state === 'running'");
    await first.goto('chrome://crash').catch(() => {});
    await until(second, 'crashed', 'saved');
    await waitFor('the file', () => saved.length === 1);
    expect(await shown(second, 'crashed')).toMatchObject({ state: 'completed', failure: null });
  });

  it('tells why an archive cannot be saved', async () => {
    const page = await open();
    await start(page, 'deleted');
    await until(page, 'deleted', 'saved && pending === null');
    const { jobId } = (await shown(page, 'deleted'))!;
    await stack.store.delete(await stack.artifacts(jobId!));
    await waitFor('the loss', async () => (await stack.status(jobId!)).status === 'expired');
    const failure = await page.evaluate<string>(
      "downloads.save('deleted').then(() => 'saved', (error) => error.code)",
    );
    expect(failure).toBe('JOB_EXPIRED');
    expect(await shown(page, 'deleted')).toMatchObject({ state: 'expired', failure: {} });
  });

  it('tells that a link shows a page instead', async () => {
    const page = await open();
    await start(page, 'page');
    await until(page, 'page', 'saved && pending === null');
    await page.route('**/v1/objects/**', (route) =>
      route.fulfill({ status: 403, contentType: 'text/html', body: 'no' }),
    );
    const failure = await page.evaluate<string>(
      "downloads.save('page').then(() => 'saved', (error) => error.message)",
    );
    expect(failure).toContain('is not saved');
  });

  it('forgets a user in all tabs', async () => {
    const [first, second] = [await open(), await open()];
    await start(first, 'forgotten');
    await until(second, 'forgotten', "state === 'queued' || state === 'running'");
    await first.evaluate('downloads.forget()');
    await second.waitForFunction('downloads.list().length === 0');
    expect(await second.evaluate('localStorage.length')).toBe(0);
  });

  it('works on a page without a secure context', async () => {
    await browser.close();
    browser = await openBrowser(['--host-resolver-rules=MAP longhaul.test 127.0.0.1']);
    const page = await open('longhaul.test');
    expect(await page.evaluate('isSecureContext')).toBe(false);
    await start(page, 'plain');
    await until(page, 'plain', 'saved');
    await waitFor('the file', () => saved.length === 1);
    const other = await open('longhaul.test');
    await page.evaluate('downloads.forget()');
    await other.waitForFunction('downloads.list().length === 0');
    expect(await other.evaluate('localStorage.length')).toBe(0);
  });
});
