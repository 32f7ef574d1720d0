import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { locateChromium, startBrowser } from '../../support/browser.js';
import { startIssuer } from '../../support/issuer.js';
import { describeWith } from '../../support/require-server.js';
import { Stack } from '../../support/stack.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { waitFor } from '../../support/wait-for.js';
import { row, summary, WebPages } from '../../support/web-page.js';

const programs = [await locateTemporalCli(), await locateChromium()];
const entry = (user: string, key: string) =>
  `${user}=sha256:${createHash('sha256').update(key).digest('hex')}`;

describeWith(programs, 'sign-in on the page', (temporalCli, chromium) => {
  let folder: string;
  let keys: string;
  let stack: Stack;
  let browser: Browser;
  const tabs = new WebPages();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-keys-'));
    keys = join(folder, 'keys');
    await writeFile(keys, `${entry('ada', 'key-of-ada')}\n${entry('bob', 'key-of-bob')}\n`);
    const env = { AUTH_MODE: 'api-key', API_KEYS_FILE: keys, ADMIN_USERS: 'bob' };
    [stack, browser] = await Promise.all([
      Stack.start({ temporalCli, env, workers: 0 }),
      startBrowser(chromium),
    ]);
    await stack.store.write('downloads/70000', Buffer.from('hello'), { metadata: { filename: 'a.txt' } });
  });
  afterEach(async () => {
    expect(await tabs.close()).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    await rm(folder, { recursive: true });
  });

  const visit = (url = `${stack.baseUrl}/`) => tabs.visit(browser, url);
  async function signIn(page: Page, key: string): Promise<void> {
    await page.getByLabel('API key').fill(key);
    await page.keyboard.press('Enter');
  }

  it('asks for a key, refuses a wrong one, and signs out', async () => {
    const page = await visit();
    await signIn(page, 'wrong');
    await page.getByText('This key is not valid.').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('key');
    await signIn(page, 'key-of-ada');
    await row(page, 'a.txt').waitFor();
    await page.reload();
    await row(page, 'a.txt').waitFor();
    await page.getByRole('button', { name: 'Menu of ada' }).click();
    expect(await page.getByText('Failed downloads').count()).toBe(0);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key').waitFor();
    await page.reload();
    await page.getByLabel('API key').waitFor();
    expect(await page.evaluate("Object.keys(localStorage).filter((key) => key.includes('ada'))")).toEqual([]);
  });

  it('signs all tabs in and out together', async () => {
    const page = await visit();
    await signIn(page, 'key-of-ada');
    await row(page, 'a.txt').waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await row(other, 'a.txt').waitFor();
    await page.getByRole('button', { name: 'Menu of ada' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await other.getByLabel('API key').waitFor();
    await signIn(page, 'key-of-bob');
    await other.getByRole('button', { name: 'Menu of bob' }).waitFor();
    expect(await other.getByText('ada').count()).toBe(0);
  });

  it('shows another person in all tabs', async () => {
    const page = await visit();
    await signIn(page, 'key-of-ada');
    await row(page, 'a.txt').waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await row(other, 'a.txt').click();
    await page.context().clearCookies();
    await row(page, 'a.txt').click();
    await page.getByText('Please sign in again').waitFor();
    await signIn(page, 'key-of-bob');
    await page.getByRole('button', { name: 'Menu of bob' }).waitFor();
    await other.getByRole('button', { name: 'Menu of bob' }).waitFor();
    expect(await other.getByText('selected').count()).toBe(0);
  });

  it('keeps the selection when the key is revoked midway', async () => {
    const page = await visit();
    await signIn(page, 'key-of-ada');
    await row(page, 'a.txt').click();
    await page.getByText('1 file · 5 B').waitFor();
    await writeFile(keys, `${entry('ada', 'next-key')}\n${entry('bob', 'key-of-bob')}\n`);
    const headers = { authorization: 'Bearer next-key' };
    await waitFor('the new key', async () => (await stack.request('/v1/me', { headers })).ok);
    await page.getByRole('searchbox').fill('a');
    const again = page.getByRole('dialog', { name: 'Please sign in again' });
    await again.waitFor();
    expect(await again.textContent()).toContain('Your downloads continue meanwhile.');
    await signIn(page, 'next-key');
    await again.waitFor({ state: 'detached' });
    await row(page, 'a.txt').waitFor();
    expect(await summary(page).textContent()).toContain('1 file');
  });

  it('shows failed downloads to operators', async () => {
    const page = await visit();
    await signIn(page, 'key-of-bob');
    await page.getByRole('button', { name: 'Menu of bob' }).click();
    await page.getByRole('button', { name: 'Failed downloads' }).click();
    await page.getByText('No download has failed.').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(1);
  });

  it('signs in by a link of an application', async () => {
    const issuer = await startIssuer();
    try {
      const url = await stack.startAnotherApi({ ...issuer.env, API_KEYS_FILE: '', ADMIN_USERS: '' });
      const headers = { authorization: `Bearer ${await issuer.tokenOf('ada')}` };
      const link = await fetch(`${url}/v1/sign-in/links`, { method: 'POST', headers });
      const signInUrl = ((await link.json()) as { url: string }).url;
      const page = await visit(signInUrl);
      await row(page, 'a.txt').waitFor();
      expect(page.url()).toBe(`${url}/`);
      const late = await visit(`${url}/#sign-in=none`);
      await late.getByText('This sign-in link is no longer valid.').waitFor();
    } finally {
      await issuer.stop();
    }
  });
});
