import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ClientOptions } from 'longhaul/client';
import { aStatus, FakeSocket, JOB, WatchedApi } from '../../../../support/watched-api.js';

const BUILDING = { status: 'processing', phase: 'running', progress: 0.2, message: 'Fetching 2 files' };
const DONE = aStatus({
  status: 'completed',
  progress: 100,
  nextPollInMs: null,
  streamUrl: null,
  eventsUrl: null,
});

describe('LonghaulClient.watch', () => {
  let api: WatchedApi;
  let stop: AbortController;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
  });
  afterEach(async () => {
    stop.abort();
    await pass(0);
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  /** Watches, and lets the first status arrive. */
  async function watch(options?: ClientOptions, change?: (api: WatchedApi) => void): Promise<void> {
    stop = new AbortController();
    api = new WatchedApi(options);
    change?.(api);
    api.watch(stop.signal);
    await pass(0);
  }

  const pass = async (ms: number) => {
    await jest.advanceTimersByTimeAsync(ms);
    // Bodies and streams arrive in later turns.
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    await jest.advanceTimersByTimeAsync(0);
  };
  const socket = () => FakeSocket.all.at(-1)!;

  /** The times between two values. */
  const gaps = (times: number[]) => times.slice(1).map((time, i) => time - times[i]!);

  it('opens the socket on its own base URL', async () => {
    await watch();
    expect(socket().url).toBe(`ws://api.test/prefix/v1/download/jobs/${JOB}/stream?ticket=t1`);
  });

  it('maps a message of either dialect onto the status', async () => {
    await watch();
    socket().begin({ ...BUILDING, files_processed: 1, bytes_total: null, attempts: 2, error: null });
    socket().say({ status: 'processing_artifacts', progress: 0.96, message: 'Packaging' });
    await pass(0);
    expect(api.seen.slice(1)).toEqual([
      aStatus({ status: 'running', progress: 20, filesProcessed: 1, bytesTotal: null, attempts: 2 }),
      aStatus({
        status: 'processing_artifacts',
        progress: 96,
        message: 'Packaging',
        filesProcessed: 1,
        bytesTotal: null,
        attempts: 2,
      }),
    ]);
  });

  it('polls until the stream brings its first message', async () => {
    await watch();
    await pass(2_000);
    expect(api.reads).toHaveLength(2);
    socket().begin(BUILDING);
    await pass(24_000);
    expect(api.reads).toHaveLength(2);
    expect(api.states).toEqual(['polling', 'live']);
  });

  it('completes the last message by one status', async () => {
    await watch();
    socket().begin(BUILDING);
    api.status = () => DONE;
    socket().say({ type: 'completed', status: 'completed', progress: 1 });
    await pass(500);
    expect(api.seen.at(-1)).toEqual(DONE);
    expect(api.isDone).toBe(true);
    expect(api.reads).toHaveLength(2);
    expect(socket().isClosed).toBe(true);
  });

  it('never goes back', async () => {
    await watch();
    socket().begin({ ...BUILDING, progress: 0.5, bytes_processed: 500 });
    api.status = () => aStatus({ status: 'queued', progress: 3, bytesProcessed: 7 });
    socket().end();
    await pass(10_000);
    expect(api.seen.at(-1)).toMatchObject({ status: 'running', progress: 50, bytesProcessed: 500 });
  });

  it.each([
    [aStatus({ status: 'processing_artifacts', progress: 20 }), 'processing_artifacts'],
    [aStatus({ status: 'queued', progress: 20 }), 'running'],
    [aStatus({ status: 'paused', progress: 20 }), 'paused'],
    [aStatus({ status: 'failed', progress: 3 }), 'failed'],
  ])('takes or refuses a state at equal progress', async (next, wanted) => {
    await watch();
    socket().begin(BUILDING);
    api.status = () => next;
    socket().end();
    await pass(10_000);
    expect(api.seen.at(-1)).toMatchObject({ status: wanted, progress: 20 });
  });

  it('drops progress that is no fraction', async () => {
    await watch();
    socket().begin(BUILDING);
    for (const progress of [99, -1, null, '1']) socket().say({ ...BUILDING, message: 'On', progress });
    await pass(0);
    expect(api.seen.at(-1)).toMatchObject({ message: 'On', progress: 20 });
  });

  it('reads twice a second at most, whatever a stream tells', async () => {
    await watch();
    socket().begin(BUILDING);
    for (let i = 0; i < 400; i++) {
      socket().say({ ...BUILDING, created_at: `2026-01-01T02:00:${i % 60}.000Z` });
      await pass(10);
    }
    expect(api.reads.length).toBeGreaterThan(2);
    expect(Math.min(...gaps(api.reads))).toBeGreaterThanOrEqual(500);
  });

  it('waits as told, whatever a stream tells', async () => {
    await watch();
    socket().begin(BUILDING);
    api.status = () => ({ code: 429, headers: { 'retry-after': '20' } });
    for (let i = 0; i < 30; i++) {
      socket().say({ ...BUILDING, created_at: '2026-01-01T02:00:00.000Z' });
      await pass(1_000);
    }
    expect(
      gaps(api.reads)
        .slice(1)
        .every((ms) => ms >= 20_000),
    ).toBe(true);
  });

  it('begins again for another run of the job', async () => {
    await watch();
    socket().begin({ ...BUILDING, progress: 0.5 });
    api.status = () => aStatus({ progress: 0, createdAt: '2026-01-01T01:00:00.000Z' });
    socket().say({ ...BUILDING, progress: 0, created_at: '2026-01-01T01:00:00.000Z' });
    await pass(500);
    expect(api.seen.at(-1)!.progress).toBe(0);
  });

  it('yields nothing while only links differ', async () => {
    let tickets = 0;
    await watch({ transports: ['poll'] }, (played) => {
      played.status = () =>
        aStatus({ streamUrl: `wss://x/?ticket=${tickets++}`, nextPollInMs: 500 + tickets });
    });
    await pass(10_000);
    expect(api.reads.length).toBeGreaterThan(10);
    expect(api.seen).toHaveLength(1);
  });

  it('opens a broken socket again after 1 to 16 s', async () => {
    await watch();
    const opened: number[] = [];
    for (let tries = 0; tries < 6; tries++) {
      opened.push(socket().openedAt);
      if (tries === 0) socket().begin(BUILDING);
      socket().end();
      const { length } = FakeSocket.all;
      for (let ms = 0; ms < 30_000 && FakeSocket.all.length === length; ms += 100) await pass(100);
    }
    expect(gaps(opened).map((ms) => Math.round(ms / 1_100))).toEqual([1, 2, 4, 8, 16]);
    expect(api.states).toEqual(['polling', 'live', 'reconnecting', 'polling']);
  });

  it('opens soon again after a restart of the server', async () => {
    await watch();
    socket().begin(BUILDING);
    socket().end(1_012);
    const reads = api.reads.length;
    await pass(1_200);
    expect(FakeSocket.all).toHaveLength(2);
    expect(api.reads).toHaveLength(reads + 1);
  });

  it('takes events when a socket does not open', async () => {
    const text = new TextEncoder().encode(`retry: 2000\n\nid: e1\ndata: ${JSON.stringify(BUILDING)}\n\n`);
    await watch({}, (played) => {
      played.events = () => new ReadableStream({ start: (controller) => controller.enqueue(text) });
    });
    await pass(5_000);
    expect(socket().isClosed).toBe(true);
    await pass(500);
    expect(api.eventRequests).toHaveLength(1);
    expect(api.eventRequests[0]!.url).toBe(`http://api.test/prefix/v1/download/jobs/${JOB}/events?ticket=t1`);
    expect(api.seen.at(-1)!.progress).toBe(20);
    expect(api.states).toEqual(['polling', 'live']);
    await pass(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('polls when events are held back', async () => {
    await watch({ transports: ['sse'] }, (played) => (played.events = () => new ReadableStream()));
    await pass(60_000);
    expect(api.eventRequests).toHaveLength(1);
    expect(api.states).toEqual(['polling']);
    expect(
      gaps(api.reads)
        .slice(3)
        .every((ms) => ms === 2_000),
    ).toBe(true);
  });

  it('tries a way that never worked after 10 minutes', async () => {
    await watch({ transports: ['websocket'] });
    socket().end();
    await pass(590_000);
    expect(FakeSocket.all).toHaveLength(1);
    await pass(15_000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('shares what never worked among its jobs', async () => {
    await watch({ transports: ['websocket'] });
    socket().end();
    await pass(1_000);
    void api.client.watch(JOB, { signal: stop.signal })[Symbol.asyncIterator]().next();
    await pass(5_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('blames a server that is away, not the way', async () => {
    await watch({ transports: ['websocket'] }, (played) => {
      played.status = (n) => (n === 2 ? 'fault' : aStatus());
    });
    socket().end();
    await pass(3_000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('polls once when a stream is silent', async () => {
    await watch();
    socket().begin(BUILDING);
    api.status = () => aStatus({ progress: 20 });
    await pass(25_000);
    expect(api.reads).toHaveLength(2);
    expect(socket().isClosed).toBe(false);
    await pass(24_000);
    expect(api.reads).toHaveLength(2);
  });

  it('leaves a silent stream when a poll has news', async () => {
    await watch();
    socket().begin(BUILDING);
    api.status = () => aStatus({ progress: 60 });
    await pass(25_000);
    expect(FakeSocket.all[0]!.isClosed).toBe(true);
    await pass(2_000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('polls never more often than twice a second', async () => {
    await watch({ transports: [] }, (played) => (played.status = () => aStatus({ nextPollInMs: 0 })));
    await pass(10_000);
    expect(Math.min(...gaps(api.reads))).toBe(500);
  });

  it('polls at random times when none is told', async () => {
    await watch({ transports: [] }, (played) => (played.status = () => aStatus({ nextPollInMs: null })));
    await pass(6_000);
    expect(gaps(api.reads)).toEqual([6_000]);
  });

  it('ends without a badge of trouble', async () => {
    await watch();
    socket().begin(BUILDING);
    api.status = (read) => (read < 4 ? 'fault' : DONE);
    socket().end();
    await pass(60_000);
    expect(api.isDone).toBe(true);
    expect(api.states).toEqual(['polling', 'live', 'reconnecting', 'polling']);
  });

  it('doubles the wait after faults up to a minute', async () => {
    await watch({ transports: [] }, (played) => (played.status = () => 'fault'));
    await pass(400_000);
    const seconds = gaps(api.reads).map((ms) => Math.round(ms / 1_100));
    expect(seconds).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]);
    expect(api.failure).toBeUndefined();
    expect(api.states).toEqual(['reconnecting']);
  });

  it.each([423, 429, 503])('waits as a %i tells, and a little longer', async (code) => {
    await watch({ transports: [] }, (played) => {
      played.status = (n) => (n === 1 ? { code, headers: { 'retry-after': '20' } } : aStatus());
    });
    await pass(22_000);
    expect(gaps(api.reads)[0]).toBe(22_000);
    expect(api.seen).toHaveLength(1);
  });

  it('backs off when it is told to wait for 0 s', async () => {
    const refusal = { code: 503, headers: { 'retry-after': '0' } };
    await watch({ transports: [] }, (played) => (played.status = () => refusal));
    await pass(10_000);
    expect(gaps(api.reads)).toEqual([1_100, 2_200, 4_400]);
  });

  it('reads again when the server hangs', async () => {
    await watch({ transports: [] }, (played) => (played.status = (n) => (n === 1 ? 'hang' : aStatus())));
    await pass(6_100);
    expect(gaps(api.reads)).toEqual([6_100]);
    expect(api.seen).toHaveLength(1);
  });

  it.each([
    [403, 'FORBIDDEN'],
    [404, 'JOB_NOT_FOUND'],
    [401, 'UNAUTHENTICATED'],
  ])('ends with a %i', async (code, name) => {
    await watch();
    socket().begin(BUILDING);
    api.status = () => ({ code, body: { code: name } });
    await pass(25_000);
    expect(api.failure).toMatchObject({ code: name, status: code });
    expect(socket().isClosed).toBe(true);
  });

  it('goes on through the answers of a proxy', async () => {
    await watch({ transports: [] });
    const answers = [
      { code: 404 },
      { code: 500 },
      { code: 502 },
      { code: 200, body: 'hello' },
      { code: 302 },
    ];
    api.status = () => answers.shift() ?? aStatus({ progress: 50 });
    await pass(120_000);
    expect(api.failure).toBeUndefined();
    expect(api.seen.map(({ progress }) => progress)).toEqual([10, 50]);
  });

  it('fails at once at a wrong address', async () => {
    await watch({}, (played) => (played.status = () => ({ code: 200, body: 'hello' })));
    expect(api.failure).toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('closes everything when the consumer leaves', async () => {
    await watch();
    socket().begin(BUILDING);
    await api.iterator!.return!();
    expect(socket().isClosed).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
    await pass(0);
    expect(api.isDone).toBe(true);
  });

  it('ends a pending read when the consumer leaves', async () => {
    await watch({}, (played) => (played.status = () => 'hang'));
    await api.iterator!.return!();
    await pass(0);
    expect(api.isDone).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  describe('in a page', () => {
    const page = globalThis as {
      document?: object;
      location?: object;
      navigator?: object;
      addEventListener?: unknown;
    };
    const before = { navigator: page.navigator, addEventListener: page.addEventListener };
    let events: EventTarget;
    const set = (visibilityState: string, onLine: boolean) => {
      page.document = { visibilityState };
      page.location = {};
      Object.defineProperty(page, 'navigator', { value: { onLine }, configurable: true, writable: true });
    };
    beforeEach(() => {
      events = new EventTarget();
      page.addEventListener = events.addEventListener.bind(events);
      set('visible', true);
    });
    afterEach(() => {
      delete page.document;
      delete page.location;
      Object.defineProperty(page, 'navigator', {
        value: before.navigator,
        configurable: true,
        writable: true,
      });
      page.addEventListener = before.addEventListener;
    });

    it('polls twice a minute while hidden, at once when shown', async () => {
      set('hidden', true);
      await watch({ transports: [] });
      await pass(33_000);
      expect(gaps(api.reads)).toEqual([33_000]);
      set('visible', true);
      await pass(1_000);
      events.dispatchEvent(new Event('visibilitychange'));
      await pass(0);
      expect(gaps(api.reads)).toEqual([33_000, 1_000]);
    });

    it('tells that it is offline, and reads at once afterwards', async () => {
      await watch({ transports: ['websocket'] });
      socket().begin(BUILDING);
      await pass(500);
      api.status = () => 'fault';
      set('visible', false);
      events.dispatchEvent(new Event('offline'));
      await pass(0);
      socket().end();
      await pass(40_000);
      expect(api.states).toEqual(['polling', 'live', 'offline']);
      set('visible', true);
      api.status = () => aStatus({ progress: 70 });
      events.dispatchEvent(new Event('online'));
      await pass(0);
      expect(api.seen.at(-1)!.progress).toBe(70);
      expect(FakeSocket.all).toHaveLength(2);
    });

    it('tries again what never worked once it is online', async () => {
      await watch({ transports: ['websocket'] });
      socket().end();
      await pass(20_000);
      expect(FakeSocket.all).toHaveLength(1);
      events.dispatchEvent(new Event('online'));
      await pass(0);
      expect(FakeSocket.all).toHaveLength(2);
    });

    it('opens two event streams at most', async () => {
      await watch({ transports: ['sse'] }, (played) => (played.events = () => new ReadableStream()));
      for (let i = 0; i < 3; i++) {
        void api.client.watch(JOB, { signal: stop.signal })[Symbol.asyncIterator]().next();
      }
      await pass(0);
      expect(api.eventRequests).toHaveLength(2);
    });
  });

  it('throws the reason of its signal', async () => {
    await watch();
    stop.abort('enough');
    await pass(0);
    expect(api.failure).toBe('enough');
    expect(socket().isClosed).toBe(true);
  });

  it('keeps to 100 streams', async () => {
    await watch({ transports: ['websocket'] });
    const others = Array.from({ length: 150 }, () => api.client.watch(JOB)[Symbol.asyncIterator]());
    for (const other of others) void other.next();
    await pass(3_000);
    expect(FakeSocket.all).toHaveLength(100);
    for (const open of FakeSocket.all) open.begin(BUILDING);
    await others[0]!.return!();
    await pass(3_000);
    expect(FakeSocket.all).toHaveLength(101);
    for (const other of others) await other.return!();
  });
});
