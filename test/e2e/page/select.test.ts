import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { locateChromium, startBrowser } from '../../support/browser.js';
import { manyFiles, PageSite } from '../../support/page-site.js';
import { describeWith } from '../../support/require-server.js';
import { problem } from '../../support/stub-api.js';
import { waitFor } from '../../support/wait-for.js';
import { row, summary, WebPages } from '../../support/web-page.js';

const JOB_ID = '6dbe0f43-9a5c-5d5c-8a3e-1d0b3b8c0f4e';

describeWith(await locateChromium(), 'the file list of the page', (chromium) => {
  let site: PageSite;
  let browser: Browser;
  const tabs = new WebPages();

  beforeAll(async () => {
    browser = await startBrowser(chromium);
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    site = await PageSite.start();
    site.files = manyFiles(12);
  });
  afterEach(async () => {
    const reports = await tabs.close();
    await site.stop();
    expect(reports).toEqual([]);
  });

  const visit = (options: BrowserContextOptions = {}, hash = '') =>
    tabs.visit(browser, site.url + hash, options);
  const at = (page: Page, index: number) => page.locator(`[data-index="${index}"]`);
  const selected = (page: Page) =>
    page.$$eval('[aria-selected="true"]', (rows) =>
      rows.map((found) => Number(found.getAttribute('data-index'))),
    );
  const focused = (page: Page) => page.evaluate<string>("document.activeElement.dataset.index ?? ''");
  const text = async (page: Page) => (await summary(page).textContent())!.trim();
  const expectText = (page: Page, what: string) =>
    waitFor(what, async () => (await page.locator('body').textContent())!.includes(what));

  it('selects with clicks, and tells what it will be', async () => {
    const page = await visit();
    for (const index of [0, 2, 4]) await at(page, index).click();
    expect(await selected(page)).toEqual([0, 2, 4]);
    expect(await text(page)).toBe('3 files · 3 kB');
    await expectText(page, 'about 40 s');
    await at(page, 2).click();
    expect(await selected(page)).toEqual([0, 4]);
  });

  it('selects a range with shift, and makes it smaller', async () => {
    const page = await visit();
    await at(page, 2).click();
    await at(page, 6).click({ modifiers: ['Shift'] });
    expect(await selected(page)).toEqual([2, 3, 4, 5, 6]);
    await at(page, 4).click({ modifiers: ['Shift'] });
    expect(await selected(page)).toEqual([2, 3, 4]);
    expect(await page.evaluate('String(getSelection())')).toBe('');
  });

  it('selects with touch', async () => {
    const page = await visit({ hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } });
    await at(page, 1).tap();
    await at(page, 3).tap();
    expect(await selected(page)).toEqual([1, 3]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  it('selects with the keyboard alone', async () => {
    const page = await visit();
    await at(page, 0).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    expect(await selected(page)).toEqual([0, 1, 2, 3]);
    await page.keyboard.press('Shift+ArrowUp');
    expect(await selected(page)).toEqual([0, 1, 2]);
    expect(await focused(page)).toBe('2');
    await page.keyboard.press('End');
    expect(await focused(page)).toBe('11');
    await page.keyboard.press('Escape');
    expect(await selected(page)).toEqual([]);
    await page.keyboard.press('Control+a');
    expect((await selected(page)).length).toBe(12);
  });

  it('keeps the focus when a button disappears', async () => {
    const page = await visit();
    await at(page, 1).click();
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('checkbox');
  });

  it('answers a search at once, and keeps the selection', async () => {
    const page = await visit();
    await at(page, 1).click();
    let answer = () => {};
    site.answers['GET /v1/files'] = new Promise((resolve) => {
      answer = () => resolve({ body: { files: site.files.slice(0, 1), nextCursor: null } });
    });
    await page.getByRole('searchbox').fill('SUNSET');
    await waitFor('known matches', async () => (await page.locator('.lh-file').count()) === 4);
    answer();
    await waitFor('the matches', async () => (await page.locator('.lh-file').count()) === 1);
    expect(await text(page)).toContain('1 file');
    site.answers = {};
    await page.getByRole('searchbox').fill('');
    expect(await selected(page)).toEqual([1]);
  });

  it('unticks the files of a search alone', async () => {
    const page = await visit();
    for (const index of [1, 2]) await at(page, index).click();
    await page.getByRole('searchbox').fill('sunset');
    await waitFor('the matches', async () => (await page.locator('.lh-file').count()) === 4);
    const all = page.getByRole('checkbox', { name: 'Select all files' });
    await all.click();
    await waitFor('all of them', async () => (await text(page)).startsWith('6 files'));
    await all.click();
    await page.getByRole('searchbox').fill('');
    await at(page, 11).waitFor();
    expect(await selected(page)).toEqual([1, 2]);
  });

  it('keeps unticked files out of the next range', async () => {
    const page = await visit();
    for (const index of [1, 3]) await at(page, index).click();
    const all = page.getByRole('checkbox', { name: 'Select all files' });
    for (const count of [12, 0]) {
      await all.click();
      await waitFor(`${count} files`, async () => (await selected(page)).length === count);
    }
    await at(page, 5).click({ modifiers: ['Shift'] });
    expect(await selected(page)).toEqual([3, 4, 5]);
  });

  it('asks the server once for a quick typist', async () => {
    const page = await visit();
    await at(page, 0).waitFor();
    await page.getByRole('searchbox').pressSequentially('report', { delay: 5 });
    await waitFor('the search', () => site.requests.some((request) => request.includes('query=report')));
    expect(site.requests.filter((request) => request.includes('query='))).toHaveLength(1);
  });

  it('tells that nothing matches, and clears the search', async () => {
    const page = await visit();
    await page.getByRole('searchbox').fill('nothing like it');
    await expectText(page, 'Nothing matches “nothing like it”.');
    await page.getByRole('button', { name: 'Clear search' }).click();
    await at(page, 11).waitFor();
    expect(await page.evaluate('document.activeElement.type')).toBe('search');
  });

  it('tells that there are no files', async () => {
    site.files = [];
    await expectText(await visit(), 'No files yet');
  });

  it('goes on to the last row of all', async () => {
    site.files = manyFiles(2_000);
    const page = await visit();
    await at(page, 0).focus();
    await page.keyboard.press('End');
    await waitFor('the last row', async () => (await focused(page)) === '1999');
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('2000');
  });

  it('keeps the rows when a page fails, and reads it again', async () => {
    site.files = manyFiles(300);
    const page = await visit();
    await at(page, 0).waitFor();
    site.answers['GET /v1/files'] = problem(500, 'INTERNAL_ERROR', 'Something broke.');
    await at(page, 0).focus();
    await page.keyboard.press('End');
    await expectText(page, 'Files could not be loaded.');
    expect(await focused(page)).toBe('99');
    site.answers = {};
    await page.getByRole('button', { name: 'Try again' }).click();
    await expectText(page, '300 files');
  });

  it('takes entered ids where the server lists no files', async () => {
    site.me = { ...site.me, listing: false };
    const page = await visit();
    await page.getByLabel('Enter file ids').fill('100000\n100001, no/id');
    await expectText(page, '2 ids. Not an id: no/id');
    expect(await text(page)).toContain('2 files');
    expect(site.requests.some((request) => request.includes('/v1/files'))).toBe(false);
  });

  it('enters no ids again after the download of a link', async () => {
    site.me = { ...site.me, listing: false };
    site.answers['POST /v1/download/initiate'] = { status: 202, body: { jobId: JOB_ID } };
    site.answers[`GET /v1/download/status/${JOB_ID}`] = { body: { jobId: JOB_ID, status: 'queued' } };
    const page = await visit({}, '#files=100000,100001');
    const ids = page.getByLabel('Enter file ids');
    await waitFor('the ids', async () => (await ids.inputValue()) === '100000\n100001');
    await page.getByRole('button', { name: 'Download', exact: true }).click();
    await expectText(page, 'Select files to download');
    expect(await ids.inputValue()).toBe('');
    await page.evaluate("location.hash = 'files=100000,100001'");
    await waitFor('the link again', async () => (await ids.inputValue()) === '100000\n100001');
    expect(await text(page)).toContain('2 files');
  });

  it('keeps the selection if its start is cancelled', async () => {
    site.answers['POST /v1/download/initiate'] = new Promise<never>(() => {});
    const page = await visit();
    await at(page, 1).click();
    await page.getByRole('button', { name: 'Download', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Preparing your download…').first().waitFor();
    await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
    await dialog.getByText('Cancelled').first().waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    expect(await selected(page)).toEqual([1]);
    await page.getByRole('button', { name: 'Download', exact: true }).click();
    await dialog.getByText('Preparing your download…').first().waitFor();
  });

  it('names files that are not available, and leaves them out', async () => {
    site.missing = new Set([100_001, 100_002]);
    const page = await visit();
    for (const index of [0, 1, 2]) await at(page, index).click();
    await page.getByRole('button', { name: '2 files are not available' }).click();
    expect(await page.locator('#missing').textContent()).toContain('2026/report-00001.png');
    await page.locator('#missing').getByRole('button', { name: 'Leave them out' }).click();
    expect(await text(page)).toContain('1 file');
  });

  it('offers to leave out a file that would stop it', async () => {
    site.missing = new Set([100_001]);
    const page = await visit();
    for (const index of [0, 1]) await at(page, index).click();
    await page.getByRole('button', { name: '1 file is not available' }).waitFor();
    const action = page.locator('.download');
    expect(await action.textContent()).toBe('Leave it out');
    await page.getByLabel('If a file fails').selectOption('skip');
    expect(await action.textContent()).toBe('Download');
    await page.getByLabel('If a file fails').selectOption('fail');
    await page.keyboard.press('Control+Enter');
    expect(await selected(page)).toEqual([0]);
    expect(await action.textContent()).toBe('Download');
  });

  it('shows options once there is something to download', async () => {
    const page = await visit();
    await at(page, 0).waitFor();
    expect(await page.getByLabel('Format').count()).toBe(0);
    await at(page, 0).click();
    await page.getByLabel('Format').waitFor();
  });

  it('draws the whole ring of the last row', async () => {
    const page = await visit();
    await at(page, 0).focus();
    await page.keyboard.press('End');
    const ring = 'getComputedStyle(document.activeElement).outlineOffset';
    expect(await page.evaluate(ring)).toBe('-2px');
  });

  it('refuses more bytes than a job may have', async () => {
    site.me.limits.bytesPerJob = 1_500;
    const page = await visit();
    await at(page, 0).click();
    await at(page, 1).click();
    await expectText(page, '1.5 kB at most');
    expect(await page.locator('.download').getAttribute('aria-disabled')).toBe('true');
  });

  it('selects the files of a link', async () => {
    const page = await visit({}, '#files=100001,100003&name=photos');
    await at(page, 3).waitFor();
    expect(await selected(page)).toEqual([1, 3]);
    await page.evaluate("location.hash = 'files=100002'");
    await waitFor('the other link', async () => (await selected(page)).join() === '2');
  });

  it('takes the files of a link out of the address', async () => {
    const page = await visit({}, '#files=100001');
    await at(page, 1).waitFor();
    expect(page.url()).toBe(site.url);
    expect(await selected(page)).toEqual([1]);
  });

  it('tells what a link lost', async () => {
    site.me.limits.filesPerJob = 2;
    const page = await visit({}, '#files=100001,no/id,100003,..,100005&name=a/b');
    const dialog = page.getByRole('dialog', { name: 'This link works only in part' });
    await dialog.waitFor();
    const said = await dialog.textContent();
    expect(said).toContain('It names 3 files, but a download has 2 files at most.');
    expect(said).toContain('2 entries are left out, because file ids look different: no/id, ...');
    expect(said).toContain('No archive can have the name “a/b”');
    await dialog.getByRole('button', { name: 'Close' }).click();
    expect(await selected(page)).toEqual([1, 3]);
  });

  it('works below a path of a proxy', async () => {
    site.prefix = '/tools/longhaul';
    const page = await visit();
    await row(page, 'sunset-00000').click();
    await expectText(page, 'about 40 s');
  });

  it('selects all of 2,000 files, page by page', async () => {
    site.files = manyFiles(2_000);
    const page = await visit();
    await at(page, 0).waitFor();
    await page.keyboard.press('Control+a');
    await waitFor('all of them', async () => (await text(page)).startsWith('2,000 files'));
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('2000');
  });

  it('selects 10,000 of 50,000 files at most', async () => {
    site.files = manyFiles(50_000);
    const page = await visit();
    await at(page, 0).waitFor();
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('-1');
    await page.getByRole('checkbox', { name: 'Select all files' }).click();
    await expectText(page, '10,000 files at most');
    expect(await text(page)).toContain('10,000 files');
    expect(await page.locator('.lh-file').count()).toBeLessThanOrEqual(60);
  });

  it('stops selecting all on demand', async () => {
    site.files = manyFiles(3_000);
    const page = await visit();
    await at(page, 0).waitFor();
    const never = new Promise<never>(() => {});
    site.answers['GET /v1/files'] = never;
    await page.keyboard.press('Control+a');
    await expectText(page, 'Selecting all…');
    await page.getByRole('button', { name: 'Stop' }).click();
    await expectText(page, 'of 100+ selected');
  });
});
