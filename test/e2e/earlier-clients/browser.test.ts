import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { locateChromium, startBrowser } from '../../support/browser.js';
import { Receiver } from '../../support/receiver.js';
import { describeWith } from '../../support/require-server.js';
import { Stack } from '../../support/stack.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { readWithPython } from '../../support/unpack.js';

const PAGE = resolve('test/support/pages/job-watcher.html');

/** One rendering of a job. */
interface Shown {
  jobId: string;
  /** Of the last message; undefined before the first. */
  type: string | undefined;
  width: string;
  text: string;
}

const programs = [await locateTemporalCli(), await locateChromium()];

describeWith(programs, 'a page that watches jobs by WebSocket', (temporalCli, chromium) => {
  let stack: Stack;
  /** Serves the page from another origin than that of the API. */
  let site: Receiver;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const pause = { DOWNLOAD_DELAY_MIN_MS: '1500', DOWNLOAD_DELAY_MAX_MS: '1500' };
    stack = await Stack.start({ temporalCli, env: { DOWNLOAD_DELAY_ENABLED: 'true', ...pause } });
    for (const id of [70_000, 70_001]) await stack.store.write(`downloads/${id}`, Buffer.from(`file ${id}`));
    const html = await readFile(PAGE);
    site = await Receiver.start((_request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
    });
    browser = await startBrowser(chromium);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
    await stack?.stop();
  });

  let faults: string[];
  beforeEach(async () => {
    faults = [];
    page = await browser.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(`${site.url}/?api=${stack.baseUrl}`);
  });
  afterEach(() => page.close());

  const start = (fileIds: number[]) => page.evaluate<string>(`startDownload(${JSON.stringify(fileIds)})`);
  const shownOf = async (jobId: string) =>
    (await page.evaluate<Shown[]>('shown')).filter((one) => one.jobId === jobId);

  it('shows progress up to a saved archive', async () => {
    const jobId = await start([70_000, 70_001]);
    const row = page.locator(`#job-${jobId}`);
    const link = row.getByText('Download Ready');
    await link.waitFor();
    await page.waitForFunction(`jobs.get('${jobId}').polled`);
    expect(await row.locator('span').textContent()).toBe('completed: 2/2');

    const shown = await shownOf(jobId);
    expect(shown.map(({ text }) => text)).toContain('processing: 0/2');
    // A poll may see the end before the last message.
    expect(shown.map(({ type }) => type)).toContain('progress');
    const widths = shown.map(({ width }) => Number.parseFloat(width));
    expect(widths).toEqual(widths.toSorted((a, b) => a - b));
    expect(widths.at(-1)).toBe(100);

    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    const entries = await readWithPython(await readFile(await download.path()), 'zip');
    expect(entries).toHaveLength(2);
    expect(faults).toEqual([]);
  });

  it('shows two jobs, and the text of an error', async () => {
    const [good, bad] = [await start([70_000]), await start([70_099])];
    const failed = page.locator(`#job-${bad}`);
    await failed.getByText('File 70099 does not exist.').waitFor();
    expect(await failed.locator('span').textContent()).toBe('failed: 0/1');
    await page.locator(`#job-${good}`).getByText('Download Ready').waitFor();
    expect(faults).toEqual([]);
  });
});
