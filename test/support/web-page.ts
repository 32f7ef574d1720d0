import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

/** A tab with our page, and what its policy has refused. */
export interface WebPage {
  page: Page;
  context: BrowserContext;
  /** Violations of the policy, and errors that nobody caught. */
  reports: string[];
}

/** Opens our page in a browser profile of its own. */
export async function openWebPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WebPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const reports: string[] = [];
  page.on('pageerror', (error) => reports.push(error.message));
  page.on('console', (message) => {
    if (/security policy|trusted/i.test(message.text())) reports.push(message.text());
  });
  await page.goto(url);
  return { page, context, reports };
}

/** The tabs of one test. */
export class WebPages {
  private opened: WebPage[] = [];

  async visit(...args: Parameters<typeof openWebPage>): Promise<Page> {
    const opened = await openWebPage(...args);
    this.opened.push(opened);
    return opened.page;
  }

  /** Closes all tabs. Returns their reports. */
  async close(): Promise<string[]> {
    const { opened } = this;
    this.opened = [];
    await Promise.all(opened.map(({ context }) => context.close()));
    return opened.flatMap(({ reports }) => reports);
  }
}

/** The row of a file in the list. */
export const row = (page: Page, name: string) => page.getByRole('row', { name });

/** The text of the bar that tells what the selection is. */
export const summary = (page: Page) => page.locator('.summary');
