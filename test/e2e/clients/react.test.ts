import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { locateChromium, startBrowser } from '../../support/browser.js';
import { startPartsSite } from '../../support/parts-site.js';
import type { Receiver } from '../../support/receiver.js';
import { describeWith } from '../../support/require-server.js';
import { Stack } from '../../support/stack.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { readWithPython } from '../../support/unpack.js';
import { waitFor } from '../../support/wait-for.js';

const programs = [await locateTemporalCli(), await locateChromium()];

describeWith(programs, 'parts on a page', (temporalCli, chromium) => {
  let stack: Stack;
  let site: Receiver;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let saved: { name: string; path: string }[];

  beforeAll(async () => {
    const pause = { DOWNLOAD_DELAY_MIN_MS: '2500', DOWNLOAD_DELAY_MAX_MS: '2500' };
    stack = await Stack.start({ temporalCli, env: { DOWNLOAD_DELAY_ENABLED: 'true', ...pause } });
    await stack.store.write('downloads/70000', Buffer.from('hello'), { metadata: { filename: 'a.txt' } });
    [site, browser] = await Promise.all([startPartsSite(stack.baseUrl), startBrowser(chromium)]);
  });
  afterAll(async () => {
    await Promise.all([site?.stop(), browser?.close()]);
    await stack?.stop();
  });
  beforeEach(async () => {
    saved = [];
    context = await browser.newContext();
    context.on('page', (opened) => {
      opened.on('download', (download) => {
        void download.path().then((path) => saved.push({ name: download.suggestedFilename(), path }));
      });
    });
    page = await context.newPage();
  });
  afterEach(async () => {
    expect(await page.evaluate('violations')).toEqual([]);
    await context.close();
  });

  const open = (query = '') => page.goto(`${site.url}/?api=${stack.baseUrl}&${query}`);
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const modal = () => page.locator('[data-lh-part=modal]');
  const expectToSee = (text: string) => modal().getByText(text, { exact: false }).first().waitFor();
  const toast = () => page.locator('[data-lh-part=toast]');
  const jobs = async () => {
    const response = await stack.request('/v1/downloads');
    return ((await response.json()) as { jobs: { jobId: string }[] }).jobs.length;
  };

  it('downloads with two clicks one archive that unpacks', async () => {
    const before = await jobs();
    await open();
    await button('Download photos').dblclick();
    await expectToSee('Download ready');
    await expectToSee('Saving starts now.');
    await waitFor('the file', () => saved.length === 1);
    const entries = await readWithPython(await readFile(saved[0]!.path), 'zip');
    expect(entries.map(({ name }) => name)).toEqual(['a.txt']);
    expect(await jobs()).toBe(before + 1);
  });

  it('goes on minimised, and tells when ready', async () => {
    await open();
    await button('Download photos').click();
    await modal().getByRole('button', { name: 'Minimise' }).click();
    await modal().waitFor({ state: 'hidden' });
    await toast().getByRole('button', { name: 'Cancel' }).waitFor();
    await toast().getByText('photos.zip is ready').waitFor();
    await waitFor('the file', () => saved.length === 1);
    expect(await page.title()).toBe('✓ photos.zip');
    await toast().getByRole('button', { name: 'Close' }).click();
    await toast().waitFor({ state: 'detached' });
    expect(await page.title()).toBe('Photos');
  });

  it('follows two downloads at once', async () => {
    await open('list');
    await button('Download photos').click();
    await page.keyboard.press('Escape');
    await button('Download books').click();
    const rows = page.locator('[data-lh-part=row]');
    await waitFor('both', async () => (await rows.and(page.locator('[data-state=completed]')).count()) === 2);
    await waitFor('the files', () => saved.length === 2);
    expect(saved.map(({ name }) => name).toSorted()).toEqual(['books.zip', 'photos.zip']);
  });

  it('resumes after a refresh', async () => {
    const before = await jobs();
    await open('list');
    await button('Download photos').click();
    await modal().getByRole('button', { name: 'Minimise' }).waitFor();
    await page.reload();
    await page.locator('[data-lh-part=row]').first().and(page.locator('[data-state=completed]')).waitFor();
    await waitFor('the file', () => saved.length === 1);
    expect(await jobs()).toBe(before + 1);
  });

  it('serves a button of an application', async () => {
    await open();
    await button('My own button').click();
    await button('Busy').waitFor();
    await page.getByRole('progressbar', { name: 'Progress of own.zip' }).first().waitFor();
    await button('My own button').waitFor();
    await waitFor('the file', () => saved.length === 1);
    expect(saved[0]!.name).toBe('own.zip');
  });

  it('works by keyboard alone', async () => {
    await open();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await modal().getByRole('button', { name: 'Cancel' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Cancel');
    await page.keyboard.press('Enter');
    await expectToSee('Nothing was saved.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expectToSee('Download ready');
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Download photos');
  });

  it('tells which file does not exist, and goes without it', async () => {
    await open('ids=70000,79999');
    await button('Download photos').click();
    await expectToSee('79999 does not exist');
    await modal().getByRole('button', { name: 'Leave it out' }).click();
    await expectToSee('Download ready');
    await waitFor('the file', () => saved.length === 1);
  });

  it('names skipped files', async () => {
    await open('ids=70000,79999&skip');
    await button('Download photos').click();
    await expectToSee('Ready, without 1 file');
    await expectToSee('79999 not found');
  });

  it('starts with another store for another user', async () => {
    await open('list');
    await button('Download books').click();
    await page.locator('[data-lh-part=row]').first().waitFor();
    const first = await page.evaluate('globalThis.store = downloads, downloads.list().length > 0');
    await page.evaluate("setUser('bea')");
    await waitFor('the store', () => page.evaluate('downloads !== store'));
    expect(first).toBe(true);
  });
});
