import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { locateChromium, startBrowser } from '../../support/browser.js';
import { manyFiles, PageSite } from '../../support/page-site.js';
import { describeWith } from '../../support/require-server.js';
import { problem } from '../../support/stub-api.js';
import { openWebPage, type WebPage } from '../../support/web-page.js';

const AXE = await readFile('node_modules/axe-core/axe.min.js', 'utf8');

const FAILED = {
  jobId: 'j-1',
  userId: 'bob',
  code: 'FILE_NOT_FOUND',
  message: 'report.pdf does not exist.',
  failedAt: '2026-11-29T02:00:00Z',
  archiveName: 'reports.zip',
  workflowId: 'download-j-1',
  supportId: 'r-1',
};

/** States of the page: what the server does, and what the person has done. */
const STATES: Record<string, { server?: (site: PageSite) => void; person?: (page: Page) => Promise<void> }> =
  {
    list: {},
    loading: { server: (site) => (site.answers['GET /v1/files'] = new Promise<never>(() => {})) },
    selected: { person: (page) => page.locator('[data-index="1"]').click() },
    empty: { server: (site) => (site.files = []) },
    'no match': {
      person: async (page) => {
        await page.getByRole('searchbox').fill('nothing');
        await page.getByText('Nothing matches').waitFor();
      },
    },
    failed: {
      server: (site) => (site.answers['GET /v1/files'] = problem(500, 'INTERNAL_ERROR', 'Broken.')),
      person: (page) => page.getByText('could not be loaded').waitFor(),
    },
    'entered ids': {
      server: (site) => (site.me = { ...site.me, listing: false }),
      person: (page) => page.getByLabel('Enter file ids').fill('no/id'),
    },
    missing: {
      server: (site) => (site.missing = new Set([100_001])),
      person: async (page) => {
        await page.locator('[data-index="1"]').click();
        await page.getByRole('button', { name: '1 file is not available' }).click();
      },
    },
    menu: { person: (page) => page.getByRole('button', { name: 'Menu of' }).click() },
    shortcuts: { person: (page) => page.keyboard.press('?') },
    'sign-in': {
      server(site) {
        site.answers['GET /v1/me'] = problem(401, 'UNAUTHENTICATED', 'Authentication required.');
        site.answers['GET /'] = { body: { auth: { mode: 'api-key', signInUrl: null } } };
      },
      person: (page) => page.getByLabel('API key').waitFor(),
    },
    'signed out midway': {
      async person(page) {
        await page.route('**/v1/download/estimate', (route) => route.fulfill({ status: 401, body: '{}' }));
        await page.locator('[data-index="1"]').click();
        await page.getByRole('dialog').waitFor();
      },
    },
    'failed downloads': {
      server(site) {
        const operator = { webUiUrl: 'https://temporal.example.com', namespace: 'default' };
        site.me = { ...site.me, operator };
        site.answers['GET /v1/admin/failed'] = { body: { jobs: [FAILED], nextCursor: null } };
        site.answers['POST /v1/admin/failed/j-1/retry'] = { status: 202, body: {} };
      },
      async person(page) {
        await page.getByRole('button', { name: 'Menu of' }).click();
        await page.getByRole('button', { name: 'Failed downloads' }).click();
        const webUi = await page.getByRole('link', { name: 'Temporal Web UI' }).getAttribute('href');
        expect(webUi).toBe('https://temporal.example.com/namespaces/default/workflows/download-j-1/r-1');
        await page.getByRole('button', { name: 'Try again' }).click();
        await page.getByText('Started again').waitFor();
      },
    },
    refused: {
      server(site) {
        site.answers['POST /v1/download/initiate'] = problem(429, 'TOO_MANY_JOBS', 'You have 3 running.');
      },
      async person(page) {
        await page.locator('[data-index="1"]').click();
        await page.getByRole('button', { name: 'Download', exact: true }).click();
        await page.getByRole('heading', { name: 'Too many downloads' }).waitFor();
      },
    },
  };

describeWith(await locateChromium(), 'accessibility of the page', (chromium) => {
  let site: PageSite;
  let browser: Browser;
  /** One tab for all states: it keeps the compiled script. */
  let tab: WebPage;

  beforeAll(async () => {
    browser = await startBrowser(chromium);
    tab = await openWebPage(browser, 'about:blank');
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    site = await PageSite.start();
    site.files = manyFiles(8);
  });
  afterEach(() => site.stop());

  /** Opens a state of the page, and returns what is wrong with it. One load serves both looks. */
  async function faultsOf(state: string): Promise<string[]> {
    const { server, person } = STATES[state]!;
    server?.(site);
    const { page, reports } = tab;
    reports.length = 0;
    await page.unrouteAll();
    await page.setViewportSize({ width: 1440, height: 740 });
    await page.goto(site.url);
    await page.getByRole(state === 'sign-in' ? 'main' : 'banner').waitFor();
    await person?.(page);
    await page.evaluate(AXE);
    const wide = await look(page, 1440, 'light');
    const narrow = await look(page, 360, 'dark');
    return [...wide, ...narrow, ...reports];
  }

  async function look(page: Page, width: number, colorScheme: 'light' | 'dark'): Promise<string[]> {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 740 });
    const scrolled = await page.evaluate<number>('document.documentElement.scrollWidth');
    const { violations } = await page.evaluate<AxeResults>('axe.run()');
    const faults = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    return scrolled > width ? [...faults, `the page is ${scrolled} px wide`] : faults;
  }

  describe.each(Object.keys(STATES))('state “%s”', (state) => {
    it('has no faults wide and narrow, light and dark', async () => {
      expect(await faultsOf(state)).toEqual([]);
    });
  });

  it('shows a list and the button at 200 % zoom', async () => {
    const viewport = { width: 720, height: 450 };
    const { page, context } = await openWebPage(browser, site.url, { viewport, deviceScaleFactor: 2 });
    await page.locator('[data-index="2"]').click();
    await page.getByRole('button', { name: 'Download', exact: true }).scrollIntoViewIfNeeded();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(720);
    await context.close();
  });

  it('shows what is selected with forced colors', async () => {
    const { page, context } = await openWebPage(browser, site.url, { forcedColors: 'active' });
    await page.locator('[data-index="1"]').click();
    const check = (index: number) =>
      page.evaluate(
        `getComputedStyle(document.querySelector('[data-index="${index}"] .lh-check')).outlineStyle`,
      );
    expect([await check(0), await check(1)]).toEqual(['none', 'solid']);
    await context.close();
  });

  it('lets single keys be turned off', async () => {
    const { page, context } = await openWebPage(browser, site.url);
    await page.locator('[data-index="1"]').waitFor();
    await page.keyboard.press('?');
    await page.getByLabel('Shortcuts of one key').uncheck();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.type')).not.toBe('search');
    await context.close();
  });
});
