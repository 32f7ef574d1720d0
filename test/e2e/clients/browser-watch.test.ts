import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { locateChromium, startBrowser } from '../../support/browser.js';
import { startClientSite } from '../../support/client-site.js';
import { CuttingProxy } from '../../support/cutting-proxy.js';
import { pseudoText } from '../../support/pseudo-text.js';
import type { Receiver } from '../../support/receiver.js';
import { describeWith } from '../../support/require-server.js';
import { Stack } from '../../support/stack.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { waitFor } from '../../support/wait-for.js';

interface Watch {
  states: string[];
  progress: number[];
  phases: string[];
  ended: boolean;
  error?: string;
}

/** Starts a job, and watches it as `watch`. */
const SCRIPT = `async (baseUrl) => {
  const { LonghaulClient } = await import('/client/index.js');
  const client = new LonghaulClient({ baseUrl });
  const { jobId } = await client.start({ fileIds: [70000], archive: { compression: 'deflate' } });
  const watch = (globalThis.watch = { states: [], progress: [], phases: [], ended: false });
  (async () => {
    const onConnection = (state) => watch.states.push(state);
    for await (const { progress, status } of client.watch(jobId, { onConnection })) {
      watch.progress.push(progress);
      if (watch.phases.at(-1) !== status) watch.phases.push(status);
    }
  })().catch((error) => (watch.error = String(error))).finally(() => (watch.ended = true));
}`;

const programs = [await locateTemporalCli(), await locateChromium()];

describeWith(programs, 'LonghaulClient.watch in a browser', (temporalCli, chromium) => {
  let stack: Stack;
  let proxy: CuttingProxy;
  let site: Receiver;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    stack = await Stack.start({ temporalCli });
    await stack.store.write('downloads/70000', pseudoText(160 * 1024 * 1024));
    proxy = await CuttingProxy.start(stack.baseUrl);
    site = await startClientSite();
    browser = await startBrowser(chromium);
  });
  afterEach(async () => {
    proxy.reset();
    await page.close();
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([site?.stop(), proxy?.stop(), stack?.stop()]);
  });

  const seen = () => page.evaluate<Watch>('watch');

  async function watch(): Promise<void> {
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${site.port}/?api=${stack.baseUrl}`);
    await page.evaluate(`(${SCRIPT})('${proxy.url}')`);
  }

  async function expectWhole(): Promise<void> {
    await waitFor('the end', async () => (await seen()).ended, 60_000);
    const { progress, phases, error } = await seen();
    expect(error).toBeUndefined();
    expect(phases.join(' ')).toMatch(/^(queued )?running (processing_artifacts )?completed$/);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  }

  it('follows a job by WebSocket', async () => {
    await watch();
    await expectWhole();
    expect((await seen()).states).toEqual(['polling', 'live']);
    expect(proxy.count('events')).toBe(0);
  });

  it('takes events without a preflight when sockets are refused', async () => {
    proxy.cut = ({ kind }) => (kind === 'socket' ? { status: 403 } : undefined);
    await watch();
    await expectWhole();
    expect((await seen()).states).toEqual(['polling', 'live']);
    const events = proxy.requests.filter(({ kind }) => kind === 'events');
    expect(events.map(({ method }) => method)).toEqual(['GET']);
  });

  it('polls when streams are held back', async () => {
    proxy.cut = ({ kind }) => (kind === 'request' ? undefined : 'hang');
    await watch();
    await expectWhole();
    expect((await seen()).states).toEqual(['polling']);
  });

  it('goes on after it was offline', async () => {
    await watch();
    await waitFor('the stream', async () => (await seen()).states.includes('live'));
    await page.context().setOffline(true);
    proxy.breakStreams();
    await waitFor('the news', async () => (await seen()).states.at(-1) === 'offline');
    await page.context().setOffline(false);
    await expectWhole();
  });
});
