import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type ApiServer, startApiServer } from '../../support/api-server.js';
import { locateChromium, startBrowser } from '../../support/browser.js';
import { describeWith } from '../../support/require-server.js';
import { type ReceivedRequest, Receiver } from '../../support/receiver.js';

const PREFIX = '/tools/longhaul';

describeWith(await locateChromium(), 'the API with the built page', (chromium) => {
  let server: ApiServer;
  let proxy: Receiver;
  let browser: Browser;

  beforeAll(async () => {
    server = await startApiServer({ pageFolder: resolve('dist/web') });
    proxy = await Receiver.start((req, res) => forward(server.baseUrl, req, res));
    browser = await startBrowser(chromium);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), proxy?.stop()]);
    await server?.stop();
  });

  it.each(['at the root', 'behind a proxy with a prefix'])('shows the page %s', async (where) => {
    const url = where === 'at the root' ? `${server.baseUrl}/` : `${proxy.url}${PREFIX}/`;
    const page = await browser.newPage();
    const requested: string[] = [];
    const problems: string[] = [];
    page.on('request', (sent) => requested.push(sent.url()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (/policy|TrustedHTML/i.test(message.text())) problems.push(message.text());
    });
    await page.goto(url);
    await page
      .getByRole('button', { name: /download/i })
      .first()
      .waitFor();
    expect(problems).toEqual([]);
    expect(requested.filter((address) => !address.startsWith(url))).toEqual([]);
    expect(requested.some((address) => address.startsWith(`${url}assets/`))).toBe(true);
    await page.close();
  });
});

/** Removes the prefix, as a proxy does, and forwards the request. */
function forward(
  baseUrl: string,
  { method, path, headers }: ReceivedRequest,
  response: ServerResponse,
): void {
  if (!path.startsWith(`${PREFIX}/`)) {
    response.writeHead(404).end();
    return;
  }
  request(`${baseUrl}${path.slice(PREFIX.length)}`, { method, headers }, (answer: IncomingMessage) => {
    response.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(response);
  }).end();
}
