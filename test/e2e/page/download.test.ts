import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { locateChromium, startBrowser } from '../../support/browser.js';
import { describeWith } from '../../support/require-server.js';
import { Stack } from '../../support/stack.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { readWithPython } from '../../support/unpack.js';
import { openWebPage, row, WebPages } from '../../support/web-page.js';
import { waitFor } from '../../support/wait-for.js';

const programs = [await locateTemporalCli(), await locateChromium()];

describeWith(programs, 'downloads on the page', (temporalCli, chromium) => {
  let stack: Stack;
  let browser: Browser;
  const tabs = new WebPages();

  beforeAll(async () => {
    [stack, browser] = await Promise.all([Stack.start({ temporalCli }), startBrowser(chromium)]);
    for (const [i, name] of ['a.txt', 'b.txt', 'c.txt'].entries()) {
      await stack.store.write(`downloads/${70_000 + i}`, Buffer.from(name), { metadata: { filename: name } });
    }
  });
  afterEach(async () => {
    expect(await tabs.close()).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  const visit = (hash = '', base = stack.baseUrl) => tabs.visit(browser, `${base}/${hash}`);
  const files = () => fetch(`${stack.baseUrl}/v1/downloads`).then((response) => response.json());

  it('saves three files after four clicks', async () => {
    const page = await visit();
    for (const name of ['a.txt', 'b.txt', 'c.txt']) await row(page, name).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download', exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^3-files-.*\.zip$/);
    const archive = await readFile(await download.path());
    const entries = await readWithPython(archive, 'zip');
    expect(entries.map(({ name }) => name)).toEqual(['a.txt', 'b.txt', 'c.txt']);
    const { jobs } = (await files()) as { jobs: { archive: { checksum: string } }[] };
    expect(jobs[0]!.archive.checksum).toBe(`sha256:${createHash('sha256').update(archive).digest('hex')}`);
    expect(await page.locator('[aria-selected="true"]').count()).toBe(0);
  });

  it.each(['tar', 'tar.gz'] as const)('saves %s with the keyboard alone', async (format) => {
    const page = await visit();
    await row(page, 'b.txt').waitFor();
    await page.keyboard.press('Control+a');
    await page.getByLabel('Format').selectOption(format);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.keyboard.press('Control+Enter'),
    ]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`\\.${format}$`));
    expect(await readWithPython(await download.path(), format)).toHaveLength(3);
  });

  it('names the archive as a link says', async () => {
    const page = await visit('#files=70000,70001&name=photos');
    await page.getByText('2 files').first().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download', exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('photos.zip');
  });

  it('opens the download of a link, or tells that it is gone', async () => {
    const { jobId } = await stack.initiate({ fileIds: [70_000], archive: { name: 'linked' } });
    await stack.waitUntilFinal(jobId);
    const page = await visit(`#job=${jobId}`);
    await page.getByRole('dialog').getByText('linked.zip').waitFor();
    const unknown = await visit('#job=6dbe0f43-9a5c-5d5c-8a3e-1d0b3b8c0f4e');
    await unknown.getByRole('dialog', { name: 'No longer known' }).waitFor();
    await waitFor('the title', async () => (await unknown.title()) === 'Longhaul');
    const none = await visit('#job=none');
    await none.getByRole('dialog', { name: 'No longer known' }).waitFor();
    expect(await none.getByRole('dialog').count()).toBe(1);
  });

  it('lists a download of this browser once', async () => {
    const page = await visit('#files=70000&name=own');
    await page.getByText('1 file').first().waitFor();
    await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+Enter')]);
    const { jobs } = (await files()) as { jobs: { jobId: string; archiveName: string }[] };
    const { jobId } = jobs.find(({ archiveName }) => archiveName === 'own.zip')!;
    await page.goto(`${stack.baseUrl}/#job=${jobId}`);
    await page.reload();
    await page.getByRole('dialog', { name: 'Download ready' }).waitFor();
    const rows = page.locator('.side li');
    await rows.first().waitFor();
    await waitFor('their states', async () => (await page.locator('li[data-state=starting]').count()) === 0);
    expect(await rows.filter({ hasText: 'own.zip' }).count()).toBe(1);
  });

  it('opens a download that the list leaves out', async () => {
    const { jobId } = await stack.initiate({ fileIds: [70_000], archive: { name: 'old' } });
    await stack.waitUntilFinal(jobId);
    const page = await tabs.visit(browser, 'about:blank');
    await page.route('**/v1/downloads?*', (route) => route.fulfill({ json: { jobs: [], nextCursor: null } }));
    await page.goto(`${stack.baseUrl}/#job=${jobId}`);
    await page.getByRole('dialog', { name: 'Download ready' }).getByText('old.zip').waitFor();
    // The list behind the dialog may have its row by now.
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Save' }).count()).toBe(1);
  });

  it('works over plain http with a host name', async () => {
    const args = ['--no-sandbox', '--host-resolver-rules=MAP longhaul.test 127.0.0.1'];
    const plain = await browser.browserType().launch({ executablePath: chromium, args });
    const { page, context, reports } = await openWebPage(
      plain,
      `${stack.baseUrl.replace('127.0.0.1', 'longhaul.test')}/`,
    );
    try {
      await row(page, 'a.txt').click();
      expect(await page.evaluate('isSecureContext')).toBe(false);
      await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+Enter')]);
      expect(reports).toEqual([]);
    } finally {
      await context.close();
      await plain.close();
    }
  });
});
