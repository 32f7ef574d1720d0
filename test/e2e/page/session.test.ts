import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { locateChromium, startBrowser } from '../../support/browser.js';
import { PageSite } from '../../support/page-site.js';
import { describeWith } from '../../support/require-server.js';
import { problem } from '../../support/stub-api.js';
import { waitFor } from '../../support/wait-for.js';
import { WebPages } from '../../support/web-page.js';

const SIGNED_OUT = problem(401, 'UNAUTHENTICATED', 'Authentication required.');
const BUSY = problem(429, 'TOO_MANY_REQUESTS', 'Too many requests.');

describeWith(await locateChromium(), 'sign-in while the server is away', (chromium) => {
  let site: PageSite;
  let browser: Browser;
  const tabs = new WebPages();

  beforeAll(async () => {
    browser = await startBrowser(chromium);
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    site = await PageSite.start();
    site.answers['GET /'] = { body: { auth: { mode: 'api-key', signInUrl: null } } };
  });
  afterEach(async () => {
    const reports = await tabs.close();
    await site.stop();
    expect(reports).toEqual([]);
  });

  const visit = (hash = '') => tabs.visit(browser, site.url + hash);

  it.each([
    ['refused', BUSY],
    ['of others', { body: null }],
  ])('asks again how to sign in after an answer %s', async (_, answer) => {
    const next = site.answers['GET /'];
    site.answers['GET /v1/me'] = SIGNED_OUT;
    site.answers['GET /'] = answer;
    const page = await visit();
    await page.getByText('One moment…').waitFor();
    await waitFor('the answer', () => site.requests.filter((request) => request === 'GET /').length === 2);
    site.answers['GET /'] = next;
    await page.getByLabel('API key').waitFor();
    expect(await page.getByText('One moment…').count()).toBe(0);
  });

  it('stays signed in until the sign-out is confirmed', async () => {
    site.answers['DELETE /v1/sign-in'] = BUSY;
    const page = await visit();
    await page.getByRole('button', { name: 'Menu of ada' }).click();
    const signOut = page.getByRole('button', { name: 'Sign out' });
    const said = page.getByRole('alert').getByText('You may still be signed in');
    await signOut.click();
    await said.waitFor();
    await page.route('**/v1/sign-in', (route) => route.abort());
    await signOut.click();
    await said.waitFor();
    await page.unrouteAll();
    site.answers['DELETE /v1/sign-in'] = { body: null };
    site.answers['GET /v1/me'] = SIGNED_OUT;
    await signOut.click();
    await page.getByLabel('API key').waitFor();
    expect(site.requests.filter((request) => request === 'DELETE /v1/sign-in')).toHaveLength(2);
  });

  it('tells how to get another sign-in link', async () => {
    site.answers['GET /'] = { body: { auth: { mode: 'jwt', signInUrl: null } } };
    site.answers['GET /v1/me'] = SIGNED_OUT;
    site.answers['POST /v1/sign-in'] = { status: 503, body: null };
    const page = await visit('#sign-in=ticket');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain(
      'Open the page from your application again.',
    );
  });
});
