import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createDownloads, LonghaulClient, LonghaulError } from '../../../../../clients/src/client/index.js';
import { createRecords } from '../../../../../clients/src/client/downloads/records.js';
import { createStore } from '../../../../../clients/src/client/downloads/store.js';
import type { Downloads } from '../../../../../clients/src/client/downloads/types.js';
import { FakeBrowser, FakeServer } from '../../../../support/downloads-fakes.js';

const REQUEST = { fileIds: [70_000], archive: { name: 'photos' }, clientRequestId: 'key' };
const READY = { status: 'completed', progress: 100, downloadUrl: 'http://store.test/archive' };
const BUSY = new LonghaulError('TOO_MANY_JOBS', 'Too many.', { status: 429, retryAfterMs: 30_000 });
const SIGNED_OUT = new LonghaulError('UNAUTHENTICATED', 'Sign in.', { status: 401 });

describe('createDownloads', () => {
  let server: FakeServer;
  let browser: FakeBrowser;
  let saved: string[];
  let stores: Downloads[];
  let handOver: () => Promise<void>;
  let pageChange: (() => void) | undefined;

  beforeEach(() => {
    jest.useFakeTimers();
    server = new FakeServer();
    browser = new FakeBrowser();
    saved = [];
    stores = [];
    handOver = async () => void saved.push('archive');
    Object.assign(globalThis, {
      addEventListener: (type: string, listener: () => void) => {
        if (type === 'visibilitychange') pageChange = listener;
      },
    });
  });
  afterEach(() => {
    for (const store of stores) store.close();
    Reflect.deleteProperty(globalThis, 'addEventListener');
    jest.useRealTimers();
  });

  /** A new tab. */
  function open(): Downloads {
    const records = createRecords(browser.storage, 'longhaul');
    const ports = { records, tabs: browser.tab(), handOver: () => handOver() };
    const store = createStore(server.client(), true, ports);
    stores.push(store);
    return store;
  }

  const settle = () => jest.advanceTimersByTimeAsync(1);

  async function started(): Promise<Downloads> {
    const store = open();
    store.start(REQUEST);
    await settle();
    return store;
  }

  describe('close', () => {
    it.each(['close', 'forget'] as const)('ends a start in flight: %s', async (end) => {
      const store = open();
      const other = open();
      const release = server.hold();
      store.start(REQUEST);
      await settle();
      store[end]();
      const listener = jest.fn();
      store.subscribe(listener);
      other.subscribe(listener);
      await settle();
      listener.mockClear();
      const before = [new Map(browser.values), [...server.requests]];
      release();
      await jest.advanceTimersByTimeAsync(60_000);
      expect([browser.values, server.requests]).toEqual(before);
      expect(listener).not.toHaveBeenCalled();
      expect(jest.getTimerCount()).toBe(0);
    });

    it('ends an action in flight', async () => {
      const store = await started();
      const release = server.hold();
      const cancelled = store.cancel('key');
      store.close();
      const listener = jest.fn();
      store.subscribe(listener);
      const before = new Map(browser.values);
      release();
      await cancelled;
      expect(browser.values).toEqual(before);
      expect(listener).not.toHaveBeenCalled();
    });

    it('lets nothing begin', async () => {
      const store = await started();
      store.close();
      const before = [new Map(browser.values), [...server.requests]];
      expect(() => store.start({ fileIds: [1] })).toThrow('aborted');
      await expect(store.save('key')).rejects.toThrow('aborted');
      store.dismiss('key');
      await store.resume();
      pageChange!();
      await settle();
      expect([browser.values, server.requests]).toEqual(before);
    });
  });

  describe('forget', () => {
    it('empties the other tabs', async () => {
      const store = await started();
      const other = open();
      void other.resume();
      await jest.advanceTimersByTimeAsync(2_000);
      store.forget();
      await settle();
      server.set('job-1', { status: 'running' });
      await jest.advanceTimersByTimeAsync(60_000);
      expect(browser.values.size).toBe(0);
      expect(other.list()).toEqual([]);
    });

    it('reaches news that are under way', async () => {
      const store = await started();
      const [second, third] = [open(), open()];
      void second.resume();
      await jest.advanceTimersByTimeAsync(2_000);
      server.set('job-1', { status: 'running' });
      store.forget();
      await settle();
      await jest.advanceTimersByTimeAsync(60_000);
      expect(browser.values.size).toBe(0);
      expect([second.list(), third.list()]).toEqual([[], []]);
      expect(() => second.start(REQUEST)).toThrow('Sign in again');
    });

    it('works after the store was closed', async () => {
      const store = await started();
      store.close();
      store.forget();
      expect(browser.values.size).toBe(0);
    });
  });

  describe('dismiss', () => {
    it('ends a start in flight for this browser', async () => {
      const store = open();
      const release = server.hold();
      store.start(REQUEST);
      await settle();
      store.dismiss('key');
      release();
      await settle();
      server.set('job-1', READY);
      await settle();
      expect(saved).toEqual([]);
      const next = open();
      await next.resume();
      expect([store.list(), next.list()]).toEqual([[], []]);
      expect(server.requests.filter((request) => request.startsWith('watch'))).toEqual([]);
    });

    it('removes it from all tabs', async () => {
      const store = await started();
      const other = open();
      void other.resume();
      await jest.advanceTimersByTimeAsync(2_000);
      store.dismiss('key');
      await settle();
      server.set('job-1', READY);
      await settle();
      expect([store.list(), other.list(), saved]).toEqual([[], [], []]);
    });

    it('lets the same key start again', async () => {
      const store = await started();
      const other = open();
      store.dismiss('key');
      await settle();
      store.start(REQUEST);
      await settle();
      expect(other.get('key')?.state).toBe('queued');
    });
  });

  it('tells other tabs that a start was refused', async () => {
    const [store, other] = [open(), open()];
    const errors = [{ path: 'fileIds', message: 'Required.' }];
    server.refusal = new LonghaulError('INVALID_REQUEST', 'No files.', { status: 400, errors });
    store.start(REQUEST);
    await settle();
    expect(other.get('key')).toMatchObject({ state: 'refused', failure: server.refusal ?? { errors } });
    expect(other.get('key')?.failure).toBeInstanceOf(LonghaulError);
    expect(other.get('key')?.failure?.message).toBe('No files.');
    await other.retry('key');
    await settle();
    expect(store.get('key')).toMatchObject({ state: 'queued', failure: null });
    expect(server.requests.slice(0, 2)).toEqual(['start key', 'start key']);
  });

  it('tells when the start is repeated', async () => {
    const store = open();
    const release = server.hold();
    server.retriedAfterMs = 20_000;
    const now = Date.now();
    store.start(REQUEST);
    expect(store.get('key')).toMatchObject({ state: 'starting', canRetryAt: now + 20_000 });
    expect(store.get('key')?.connection).toBe('reconnecting');
    release();
    await settle();
    expect(store.get('key')).toMatchObject({ connection: 'polling', canRetryAt: null });
  });

  it('repeats a start once when the page changes', async () => {
    const store = open();
    const release = server.hold();
    store.start(REQUEST);
    await settle();
    pageChange!();
    void store.resume();
    release();
    await settle();
    expect(server.requests.filter((request) => request.startsWith('start'))).toHaveLength(1);
  });

  describe('a start that is given up', () => {
    it('is cancelled at once, without an answer', async () => {
      const [store, other] = [open(), open()];
      server.hold();
      store.start(REQUEST);
      await settle();
      await other.cancel('key');
      await settle();
      expect([store, other].map((tab) => tab.get('key')?.state)).toEqual(['cancelled', 'cancelled']);
    });

    it('is cancelled on the server when its answer arrives', async () => {
      const store = open();
      const release = server.hold();
      store.start(REQUEST);
      await settle();
      await store.cancel('key');
      release();
      await settle();
      expect(server.job('job-1').status).toBe('cancelled');
      expect(store.get('key')).toMatchObject({ state: 'cancelled', jobId: 'job-1', failure: null });
      await store.retry('key');
      await settle();
      expect(store.get('key')).toMatchObject({ state: 'queued', jobId: 'job-1' });
    });

    it('stays cancelled when it fails', async () => {
      const store = open();
      const release = server.hold();
      server.refusal = BUSY;
      store.start(REQUEST);
      await settle();
      await store.cancel('key');
      release();
      await settle();
      expect(store.get('key')).toMatchObject({ state: 'cancelled', failure: null });
      await open().resume();
      await settle();
      expect(server.keys.size).toBe(0);
    });

    it('goes on when it is wanted again', async () => {
      const store = open();
      const release = server.hold();
      store.start(REQUEST);
      await settle();
      await store.cancel('key');
      await store.retry('key');
      release();
      await settle();
      expect(store.get('key')?.state).toBe('queued');
      expect(server.requests.filter((request) => request.startsWith('start'))).toHaveLength(1);
    });

    it('goes on when wanted again during its cancellation', async () => {
      const store = open();
      const answerStart = server.hold();
      store.start(REQUEST);
      await settle();
      await store.cancel('key');
      const answerCancel = server.hold();
      answerStart();
      await settle();
      await store.retry('key');
      answerCancel();
      await settle();
      expect(store.get('key')).toMatchObject({ state: 'queued', jobId: 'job-1', failure: null });
      expect(server.job('job-1').status).toBe('queued');
    });

    it('goes on if it cannot be cancelled', async () => {
      const store = open();
      const release = server.hold();
      store.start(REQUEST);
      await settle();
      await store.cancel('key');
      server.cancelFailure = new LonghaulError('NETWORK', 'Away.');
      release();
      await settle();
      expect(store.get('key')).toMatchObject({ state: 'queued', failure: null });
    });
  });

  it('goes on by itself after a sign-in elsewhere', async () => {
    const store = await started();
    server.failure = SIGNED_OUT;
    server.set('job-1', { progress: 1 });
    await settle();
    expect(store.get('key')?.connection).toBe('signed-out');
    pageChange!();
    await settle();
    expect(store.get('key')).toMatchObject({ connection: 'signed-out', failure: { status: 401 } });
    server.failure = undefined;
    pageChange!();
    await settle();
    expect(store.get('key')).toMatchObject({ connection: 'polling', failure: null });
  });

  it('repeats a start after the sign-in', async () => {
    const store = open();
    server.refusal = SIGNED_OUT;
    store.start(REQUEST);
    await settle();
    expect(store.get('key')).toMatchObject({ state: 'refused', connection: 'signed-out' });
    await store.resume();
    await settle();
    expect(store.get('key')).toMatchObject({ state: 'queued', connection: 'polling', failure: null });
  });

  it('leaves a refused start to the user', async () => {
    const store = open();
    server.refusal = new LonghaulError('JOB_TOO_LARGE', 'Too large.', { status: 413 });
    store.start(REQUEST);
    await settle();
    await store.resume();
    expect(store.get('key')?.state).toBe('refused');
  });

  it('keeps the request in memory for another try', async () => {
    const store = await started();
    expect(store.get('key')?.request).toMatchObject({ fileIds: [70_000] });
    const next = open();
    void next.resume();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(next.get('key')?.request).toBeNull();
  });

  it('shows an action while it is under way', async () => {
    const store = await started();
    const release = server.hold();
    const cancelled = store.cancel('key');
    expect(store.get('key')?.pending).toBe('cancel');
    release();
    await cancelled;
    expect(store.get('key')).toMatchObject({ pending: null, state: 'cancelled' });
  });

  it('keeps why an action failed', async () => {
    const store = await started();
    server.set('job-1', { status: 'failed', completedAt: new Date().toISOString() });
    await settle();
    const now = Date.now();
    const details = { status: 429, retryAfterMs: 30_000 };
    server.failure = new LonghaulError('TOO_MANY_JOBS', 'Too many.', details);
    await expect(store.retry('key')).rejects.toThrow('Too many.');
    expect(store.get('key')).toMatchObject({ state: 'failed', canRetryAt: now + 30_000 });
    expect(store.get('key')?.failure?.code).toBe('TOO_MANY_JOBS');
  });

  it.each(['save', 'retry', 'cancel'] as const)('asks to sign in after a refused %s', async (action) => {
    const store = await started();
    server.set('job-1', { status: 'failed' });
    await settle();
    server.failure = SIGNED_OUT;
    await expect(store[action]('key')).rejects.toThrow('Sign in.');
    expect(store.get('key')).toMatchObject({ connection: 'signed-out', failure: { status: 401 } });
    server.failure = undefined;
    await store.resume();
    expect(store.get('key')).toMatchObject({ connection: 'polling', failure: null });
  });

  it('asks for no sign-in after a save', async () => {
    const store = await started();
    server.set('job-1', READY);
    await settle();
    server.failure = SIGNED_OUT;
    await store.save('key').catch(() => {});
    server.failure = undefined;
    await store.save('key');
    expect(store.get('key')?.connection).toBe('polling');
  });

  it('shows the end that came before a cancel', async () => {
    const store = await started();
    const job = { ...server.job('job-1'), ...READY };
    server.failure = new LonghaulError('JOB_ALREADY_FINISHED', 'Ended.', { status: 409, job });
    await store.cancel('key');
    expect(store.get('key')).toMatchObject({ state: 'completed', failure: null });
  });

  it('joins the first save when told to save', async () => {
    const store = await started();
    let finish = () => {};
    handOver = () => new Promise((resolve) => (finish = () => resolve(void saved.push('archive'))));
    server.set('job-1', READY);
    await settle();
    expect(store.get('key')).toMatchObject({ pending: 'save', saved: true });
    const joined = store.save('key');
    finish();
    await joined;
    expect(saved).toHaveLength(1);
    const again = store.save('key');
    await settle();
    finish();
    await again;
    expect(saved).toHaveLength(2);
  });

  it('marks an archive before its hand-over', async () => {
    const store = await started();
    const other = open();
    handOver = () => new Promise(() => saved.push('archive'));
    server.set('job-1', READY);
    await settle();
    expect(other.get('key')).toMatchObject({ saved: true, pending: null });
    store.close();
    await open().resume();
    expect(saved).toHaveLength(1);
  });

  it('compares a change once', async () => {
    const store = await started();
    const stringify = jest.spyOn(JSON, 'stringify');
    const { length } = stringify.mock.calls;
    server.set('job-1', { status: 'running', progress: 1 });
    await settle();
    const views = stringify.mock.calls.slice(length).filter(([value]) => 'silentForMs' in (value as object));
    stringify.mockRestore();
    expect(views).toHaveLength(1);
    expect(store.get('key')?.progress).toBe(1);
  });

  it('tells the silence in every tab', async () => {
    const store = await started();
    const other = open();
    void other.resume();
    await jest.advanceTimersByTimeAsync(2_000);
    server.set('job-1', { status: 'running' });
    await settle();
    await jest.advanceTimersByTimeAsync(45_000);
    expect([store, other].map((tab) => tab.get('key')?.silentForMs)).toEqual([40_000, 40_000]);
  });

  it('works in Node without a window', async () => {
    Reflect.deleteProperty(globalThis, 'addEventListener');
    const refuse = async () => Response.json({ code: 'FORBIDDEN' }, { status: 403 });
    const client = new LonghaulClient({ baseUrl: 'http://api.test', fetch: refuse });
    const store = createDownloads(client);
    stores.push(store);
    expect(store.list()).toBe(store.list());
    await store.resume();
    expect(store.list()).toEqual([]);
  });
});
