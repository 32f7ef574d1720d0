import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LonghaulError } from '../../../../../clients/src/client/index.js';
import { createRecords } from '../../../../../clients/src/client/downloads/records.js';
import { createStore } from '../../../../../clients/src/client/downloads/store.js';
import { browserTabs } from '../../../../../clients/src/client/downloads/tabs.js';
import type { Downloads } from '../../../../../clients/src/client/downloads/types.js';
import { FakeBrowser, FakeServer } from '../../../../support/downloads-fakes.js';

const KEY = 'longhaul:http://api.test/:';
const REQUEST = { fileIds: [70_000], archive: { name: 'photos' }, clientRequestId: 'key' };

const READY = {
  status: 'completed',
  progress: 100,
  completedAt: '2026-01-01T00:01:00.000Z',
  downloadUrl: 'http://store.test/archive',
  archive: {
    name: 'photos.zip',
    size: 9,
    contentType: 'application/zip',
    checksum: 'x',
    files: 1,
    skipped: 0,
  },
};

const BUSY = new LonghaulError('TOO_MANY_JOBS', 'Too many.', { status: 429, retryAfterMs: 30_000 });

describe('createDownloads', () => {
  let server: FakeServer;
  let browser: FakeBrowser;
  let saved: string[];
  let stores: Downloads[];

  beforeEach(() => {
    jest.useFakeTimers();
    server = new FakeServer();
    browser = new FakeBrowser();
    saved = [];
    stores = [];
  });
  afterEach(() => {
    for (const store of stores) store.close();
    jest.useRealTimers();
  });

  /** A new tab. */
  function open(autoSave = true, tabs = browser.tab()): Downloads {
    const handOver = async (url: string) => void saved.push(url);
    const records = createRecords(browser.storage, KEY);
    const store = createStore(server.client(), autoSave, { records, tabs, handOver });
    stores.push(store);
    return store;
  }

  /** Runs everything that is due now, messages of other tabs included. */
  const settle = () => jest.advanceTimersByTimeAsync(1);

  it('starts, follows and saves a download once', async () => {
    const store = open();
    expect(store.start(REQUEST)).toMatchObject({ id: 'key', state: 'starting', name: 'photos.zip' });
    await settle();
    expect(store.get('job-1')).toMatchObject({ id: 'key', state: 'queued' });
    server.set('job-1', READY);
    await settle();
    expect(store.list()).toMatchObject([{ state: 'completed', saved: true }]);
    expect(saved).toEqual([READY.downloadUrl]);
  });

  it('finds the same download by the same key', async () => {
    const store = open();
    store.start(REQUEST);
    await settle();
    expect(store.start(REQUEST).state).toBe('queued');
    expect(server.keys.size).toBe(1);
  });

  it('saves a job that is ready at once', async () => {
    server.keys.set('key', 'job-1');
    server.add('job-1', READY);
    open().start(REQUEST);
    await settle();
    expect(saved).toHaveLength(1);
  });

  it('saves nothing by itself when told so', async () => {
    const store = open(false);
    store.start(REQUEST);
    await settle();
    server.set('job-1', READY);
    await settle();
    expect(saved).toEqual([]);
    await store.save('key');
    expect(store.get('key')?.saved).toBe(true);
  });

  it('returns the same objects until something visible changes', async () => {
    const store = open();
    store.start(REQUEST);
    await settle();
    const [list, download] = [store.list(), store.get('key')];
    server.set('job-1', { nextPollInMs: 700, streamUrl: 'ws://other' });
    await settle();
    expect(store.list()).toBe(list);
    expect(store.get('key')).toBe(download);
    server.set('job-1', { status: 'running' });
    await settle();
    expect(store.list()).not.toBe(list);
  });

  it('tells listeners of changes, also of one download', async () => {
    const store = open();
    const [all, one] = [jest.fn(), jest.fn()];
    const stop = store.subscribe(all);
    store.subscribe(one, 'key');
    store.start({ ...REQUEST, clientRequestId: 'other' });
    await settle();
    expect(all).toHaveBeenCalled();
    expect(one).not.toHaveBeenCalled();
    store.start(REQUEST);
    await settle();
    expect(one).toHaveBeenCalled();
    stop();
    const calls = all.mock.calls.length;
    server.set('job-1', { status: 'running' });
    await settle();
    expect(all.mock.calls).toHaveLength(calls);
  });

  it('keeps a refused start for another try', async () => {
    const store = open();
    server.refusal = BUSY;
    const now = Date.now();
    store.start(REQUEST);
    await settle();
    expect(store.get('key')).toMatchObject({
      state: 'refused',
      failure: BUSY,
      canRetryAt: now + 30_000,
    });
    await store.retry('key');
    await settle();
    expect(store.get('key')).toMatchObject({ state: 'queued', failure: null });
  });

  it.each([BUSY, new LonghaulError('NETWORK', 'Away.')])(
    'does not repeat a start refused by $code',
    async (refusal) => {
      server.refusal = refusal;
      open().start(REQUEST);
      await settle();
      await open().resume();
      expect(server.requests).toEqual(['start key', 'list']);
    },
  );

  it('starts a failed job again under its id', async () => {
    const store = open();
    store.start(REQUEST);
    await settle();
    const completedAt = new Date().toISOString();
    const error = { code: 'WORKER_LOST', message: 'Lost.', retryAfterMs: 5_000, supportId: 'x', fileIds: [] };
    server.set('job-1', { status: 'failed', completedAt, error });
    await settle();
    expect(store.get('key')).toMatchObject({ state: 'failed', canRetryAt: Date.parse(completedAt) + 5_000 });
    await store.retry('key');
    await settle();
    expect(store.get('key')).toMatchObject({ state: 'queued', jobId: 'job-1' });
  });

  it('cancels only when told so', async () => {
    const store = open();
    store.start(REQUEST);
    await settle();
    store.close();
    expect(server.job('job-1').status).toBe('queued');
    const next = open();
    await next.resume();
    await next.cancel('key');
    await settle();
    expect(next.get('key')?.state).toBe('cancelled');
  });

  it('repeats an interrupted start under its key', async () => {
    const closed = open();
    server.hold();
    closed.start(REQUEST);
    await settle();
    closed.close();
    server.hold()();
    const store = open();
    await store.resume();
    await settle();
    expect(store.get('key')).toMatchObject({ state: 'queued', jobId: 'job-1' });
  });

  it('saves what completed while the browser was closed', async () => {
    const closed = open();
    closed.start(REQUEST);
    await settle();
    closed.close();
    server.set('job-1', READY);
    await open().resume();
    await open().resume();
    expect(saved).toHaveLength(1);
  });

  it('saves the archive that completed last, and no other', async () => {
    const closed = open();
    for (const clientRequestId of ['a', 'b', 'c']) closed.start({ ...REQUEST, clientRequestId });
    await settle();
    closed.close();
    for (const [jobId, minute] of Object.entries({ 'job-1': 2, 'job-2': 3, 'job-3': 1 })) {
      const completedAt = `2026-01-01T00:0${minute}:00.000Z`;
      server.set(jobId, { ...READY, completedAt, downloadUrl: `http://store.test/${jobId}` });
    }
    await open().resume();
    await open().resume();
    expect(saved).toEqual(['http://store.test/job-2']);
  });

  it('saves once in tabs without locks', async () => {
    const closed = open();
    closed.start(REQUEST);
    await settle();
    closed.close();
    server.set('job-1', READY);
    const alone = () => open(true, browserTabs(KEY));
    const [first, second] = [alone(), alone()];
    await Promise.all([first.resume(), first.resume(), second.resume()]);
    expect(saved).toHaveLength(1);
    expect([first, second].map((tab) => tab.get('key')?.saved)).toEqual([true, true]);
  });

  it('saves no download of another browser by itself', async () => {
    server.add('job-9', { status: 'running' });
    const store = open();
    await store.resume();
    server.set('job-9', READY);
    await settle();
    expect(store.get('job-9')).toMatchObject({ state: 'completed', saved: false });
    expect(saved).toEqual([]);
  });

  it('keeps no request after the start was accepted', async () => {
    open().start(REQUEST);
    await settle();
    expect([...browser.values.values()].join()).not.toContain('70000');
  });

  it('works without storage', async () => {
    const forbidden = () => {
      throw new Error('forbidden');
    };
    Object.assign(browser.storage, { getItem: forbidden, setItem: forbidden, removeItem: forbidden });
    const store = open();
    store.start(REQUEST);
    await settle();
    expect(store.get('key')?.state).toBe('queued');
  });

  it.each(['{}', 'null', '[null]', '7', 'no JSON'])(
    'begins anew after the broken storage %s',
    async (text) => {
      browser.values.set(KEY, text);
      const store = open();
      await store.resume();
      store.start(REQUEST);
      await settle();
      expect(store.get('key')?.state).toBe('queued');
    },
  );

  it('forgets everything at sign-out', async () => {
    const store = open();
    store.start(REQUEST);
    await settle();
    store.forget();
    expect(browser.values.size).toBe(0);
    expect(store.list()).toEqual([]);
  });

  it('does not list a dismissed download again', async () => {
    const store = open();
    store.start(REQUEST);
    await settle();
    store.dismiss('key');
    expect(store.list()).toEqual([]);
    await store.resume();
    expect(store.list()).toEqual([]);
  });

  it('follows once for all tabs, and saves once', async () => {
    const [first, second] = [open(), open()];
    first.start(REQUEST);
    await settle();
    expect(second.get('key')?.state).toBe('queued');
    server.set('job-1', { status: 'running', progress: 40 });
    await settle();
    expect(second.get('key')).toMatchObject({ state: 'running', progress: 40 });
    server.set('job-1', READY);
    await settle();
    expect(second.get('key')).toMatchObject({ state: 'completed', saved: true });
    expect(server.requests.filter((request) => request.startsWith('status'))).toEqual([]);
    expect(saved).toHaveLength(1);
  });

  it('lets the next tab follow when the first closes', async () => {
    const [first, second] = [open(), open()];
    first.start(REQUEST);
    await settle();
    first.close();
    await settle();
    server.set('job-1', { status: 'running' });
    await settle();
    expect(second.get('key')?.state).toBe('running');
  });

  it('asks by itself when the leader is silent', async () => {
    const [first, second] = [open(), open()];
    first.start(REQUEST);
    await jest.advanceTimersByTimeAsync(25_000);
    expect(server.requests.filter((request) => request.startsWith('status'))).toHaveLength(1);
    expect(second.get('key')?.state).toBe('queued');
  });

  it('tells how long a running job has not moved', async () => {
    const store = open();
    store.start(REQUEST);
    await jest.advanceTimersByTimeAsync(50_000);
    expect(store.get('key')?.silentForMs).toBe(0);
    server.set('job-1', { status: 'running' });
    await jest.advanceTimersByTimeAsync(29_000);
    expect(store.get('key')?.silentForMs).toBe(0);
    await jest.advanceTimersByTimeAsync(12_000);
    expect(store.get('key')?.silentForMs).toBe(40_000);
  });

  it('goes on after a new sign-in', async () => {
    const store = open();
    store.start(REQUEST);
    await settle();
    server.failure = new LonghaulError('UNAUTHENTICATED', 'Sign in.', { status: 401 });
    server.set('job-1', { progress: 1 });
    await settle();
    expect(store.get('key')).toMatchObject({ state: 'queued', connection: 'signed-out' });
    server.failure = undefined;
    server.set('job-1', { status: 'running' });
    await store.resume();
    expect(store.get('key')).toMatchObject({ state: 'running', connection: 'polling', failure: null });
  });

  it('asks once in each tab after the sign-in ended', async () => {
    const [first, second] = [open(), open()];
    first.start(REQUEST);
    await settle();
    server.failure = new LonghaulError('UNAUTHENTICATED', 'Sign in.', { status: 401 });
    server.set('job-1', { progress: 1 });
    await jest.advanceTimersByTimeAsync(5_000);
    expect(second.get('key')?.connection).toBe('signed-out');
    expect(server.requests.filter((request) => request.startsWith('watch'))).toHaveLength(2);
  });

  it('marks a job that the server no longer knows', async () => {
    const store = open();
    store.start(REQUEST);
    await settle();
    server.jobs.clear();
    server.failure = new LonghaulError('JOB_NOT_FOUND', 'Unknown.', { status: 404 });
    store.close();
    const next = open();
    await next.resume();
    await settle();
    expect(next.get('key')?.state).toBe('gone');
  });

  it('tells why an archive could not be saved', async () => {
    const store = open(false);
    store.start(REQUEST);
    await settle();
    server.set('job-1', { ...READY, downloadUrl: null, message: 'Expired.' });
    await settle();
    await expect(store.save('key')).rejects.toThrow('Expired.');
    expect(store.get('key')).toMatchObject({ saved: false, failure: { code: 'JOB_EXPIRED' } });
  });
});
