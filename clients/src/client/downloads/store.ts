import type { DownloadRequest, DownloadStatus } from '../api.js';
import type { LonghaulClient } from '../client.js';
import { LonghaulError } from '../errors.js';
import { isFinal } from '../job-status.js';
import { newRequestKey } from '../request-key.js';
import type { HandOver } from './hand-over.js';
import { Item, requestedName } from './item.js';
import { type DownloadRecord, Records } from './records.js';
import type { TabMessage, Tabs } from './tabs.js';
import type { Download, Downloads, DownloadsOptions, KeyValueStore } from './types.js';

const TICK_MS = 1_000;

/** A tab that hears nothing from the leader for this time asks the server itself. */
const UNHEARD_MS = 20_000;

/** Jobs that are taken over from the server's list. */
const LISTED = 50;

/** What the store needs of the client. */
export type DownloadsClient = Pick<
  LonghaulClient,
  'baseUrl' | 'start' | 'status' | 'watch' | 'cancel' | 'retry' | 'list' | 'downloadUrl'
>;

/** What the store needs of the browser. */
export interface DownloadsPorts {
  storage: KeyValueStore | null;
  tabs: Tabs;
  handOver: HandOver;
}

/** See `Downloads`. */
export class DownloadStore implements Downloads {
  private readonly items = new Map<string, Item>();
  private readonly listeners = new Map<() => void, string | undefined>();
  private readonly records: Records;
  private readonly tabs: Tabs;
  private readonly autoSave: boolean;
  private shown: readonly Download[] = [];
  private readonly notified = new Map<string, Download>();
  private ticker: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly client: DownloadsClient,
    { user = '', autoSave = true }: DownloadsOptions,
    private readonly ports: DownloadsPorts,
  ) {
    this.records = new Records(ports.storage, `longhaul:${client.baseUrl.href}:${user}`);
    this.tabs = ports.tabs;
    this.autoSave = autoSave;
    this.tabs.listen((message) => this.hear(message));
  }

  start(request: DownloadRequest): Download {
    const id = request.clientRequestId ?? newRequestKey();
    const known = this.items.get(id);
    if (known) return known.snapshot();
    const record = {
      id,
      request: { ...request, clientRequestId: id },
      name: requestedName(request),
      createdAt: new Date().toISOString(),
      saved: false,
    };
    const item = this.add(record);
    this.changed(item);
    void this.run(item);
    return item.snapshot();
  }

  get(id: string): Download | undefined {
    return this.find(id)?.snapshot();
  }

  list(): readonly Download[] {
    const next = this.sorted().map((item) => item.snapshot());
    const same = next.length === this.shown.length && next.every((download, i) => download === this.shown[i]);
    if (!same) this.shown = next;
    return this.shown;
  }

  subscribe(listener: () => void, id?: string): () => void {
    // A listener may be given twice, for two downloads.
    const own = () => listener();
    this.listeners.set(own, id);
    return () => void this.listeners.delete(own);
  }

  async retry(id: string): Promise<void> {
    const item = this.known(id);
    item.failure = null;
    item.canRetryAt = null;
    if (item.record.request && !item.jobId) {
      item.own = 'starting';
      this.changed(item);
      await this.run(item);
      return;
    }
    try {
      await this.client.retry(item.jobId!);
    } catch (error) {
      // Another tab, or a request whose answer was lost, has started it again.
      if (!(error instanceof LonghaulError) || error.code !== 'JOB_NOT_RETRYABLE') throw error;
    }
    item.record = { ...item.record, saved: false };
    item.status = undefined;
    item.own = 'starting';
    item.isAwaited = true;
    this.changed(item);
    void this.follow(item);
  }

  async cancel(id: string): Promise<void> {
    const item = this.known(id);
    if (item.jobId === undefined) throw notAccepted();
    this.learn(item, await this.client.cancel(item.jobId));
  }

  async save(id: string): Promise<void> {
    const item = this.known(id);
    await this.exclusively(item, () => this.handOver(item));
  }

  dismiss(id: string): void {
    const item = this.find(id);
    if (!item) return;
    item.record = { ...item.record, dismissed: true };
    this.changed(item);
    this.remove(item);
  }

  async resume(): Promise<void> {
    for (const record of this.records.all()) if (!record.dismissed) this.takeUp(record);
    await Promise.all([...this.items.values()].map((item) => this.run(item)));
    await this.takeUpListed();
    const newest = this.sorted().find(
      ({ isOwn, state, record }) => isOwn && state === 'completed' && !record.saved,
    );
    if (newest && this.autoSave) await this.saveOnce(newest);
  }

  close(): void {
    for (const item of this.items.values()) item.following?.abort();
    clearInterval(this.ticker);
    this.ticker = undefined;
    this.tabs.close();
  }

  forget(): void {
    this.close();
    this.records.clear();
    this.items.clear();
    this.notify();
  }

  /** Starts what is not accepted yet, and follows what is. Resolves with the first news. */
  private async run(item: Item): Promise<void> {
    if (item.jobId === undefined && item.record.request) await this.startItem(item, item.record.request);
    if (item.jobId !== undefined && item.own !== 'gone') await this.follow(item);
  }

  private async startItem(item: Item, request: DownloadRequest): Promise<void> {
    try {
      const { jobId, expiresAt } = await this.client.start(request, {
        onRetry: () => this.connect(item, 'reconnecting'),
      });
      const { request: _, ...record } = item.record;
      item.record = { ...record, jobId, expiresAt };
    } catch (error) {
      item.own = 'refused';
      item.failure = asFailure(error);
      const { retryAfterMs } = item.failure;
      item.canRetryAt = retryAfterMs === null ? null : Date.now() + retryAfterMs;
      // The next page does not repeat it, unless the server was away.
      if (!item.failure.passing) {
        this.records.remove(item.id);
        this.notify(item);
        return;
      }
    }
    this.changed(item);
  }

  /** Follows a job to its end, as the leader of all tabs or by what the leader tells. Resolves with the first news. */
  private follow(item: Item): Promise<void> {
    if (item.following || (item.status && isFinal(item.status.status))) return Promise.resolve();
    const following = new AbortController();
    item.following = following;
    this.ticker ??= setInterval(() => this.tick(), TICK_MS);
    return new Promise((resolve) => {
      const stop = this.subscribe(() => {
        if (item.own !== 'starting') news();
      }, item.id);
      const news = () => {
        stop();
        resolve();
      };
      void this.tabs
        .exclusive(`follow:${item.jobId}`, following.signal, () => this.lead(item, following.signal))
        .catch((error: unknown) => {
          if (!following.signal.aborted) this.stopped(item, asFailure(error));
        })
        .finally(() => {
          if (item.following === following) item.following = undefined;
          item.isLeader = false;
          news();
        });
    });
  }

  private async lead(item: Item, signal: AbortSignal): Promise<void> {
    // The last leader has told how it ended.
    if (item.status && isFinal(item.status.status)) return;
    item.isLeader = true;
    const onConnection = (state: Download['connection']) => this.connect(item, state);
    for await (const status of this.client.watch(item.jobId!, { signal, onConnection }))
      this.learn(item, status);
  }

  /** Following ended with an error: the sign-in has ended, or the job is gone. */
  private stopped(item: Item, failure: LonghaulError): void {
    item.failure = failure;
    if (failure.status === 404) item.own = 'gone';
    else item.connection = 'signed-out';
    // The next tab takes over and learns the same. Tabs that told each other would start each other without end.
    this.notify(item);
  }

  /** Takes over a status that this tab has read, and tells the others. */
  private learn(item: Item, status: DownloadStatus): void {
    const wasAwaited = item.isOwn && item.isAwaited;
    item.apply(status);
    this.changed(item);
    if (wasAwaited && status.status === 'completed' && this.autoSave) void this.saveOnce(item);
  }

  private connect(item: Item, state: Download['connection']): void {
    item.connection = state;
    this.changed(item);
  }

  /** Takes over what another tab has learned. */
  private hear({ record, status, connection }: TabMessage): void {
    const known = this.items.get(record.id);
    if (record.dismissed) {
      if (known) this.remove(known);
      return;
    }
    const item = known ?? this.add(record);
    item.record = record;
    item.connection = connection;
    if (status) item.apply(status);
    if (status && isFinal(status.status)) item.following?.abort();
    this.notify(item);
    if (!record.request) void this.follow(item);
  }

  /** One save, whatever the number of tabs. */
  private async saveOnce(item: Item): Promise<void> {
    await this.exclusively(item, async () => {
      if (this.records.get(item.id)?.saved) item.record = { ...item.record, saved: true };
      if (!item.record.saved) await this.handOver(item);
    }).catch(() => {
      // `failure` tells why.
    });
  }

  private exclusively(item: Item, action: () => Promise<void>): Promise<void> {
    return this.tabs.exclusive(`save:${item.id}`, new AbortController().signal, action);
  }

  private async handOver(item: Item): Promise<void> {
    if (item.jobId === undefined) throw notAccepted();
    try {
      const url = await this.client.downloadUrl(item.jobId);
      await this.ports.handOver(url);
      item.failure = null;
      item.record = { ...item.record, saved: true };
    } catch (error) {
      item.failure = await this.reasonOf(item, asFailure(error));
      throw item.failure;
    } finally {
      this.changed(item);
    }
  }

  /** Why no transfer began: the archive may have expired meanwhile. */
  private async reasonOf(item: Item, failure: LonghaulError): Promise<LonghaulError> {
    const job = failure.job ?? (await this.client.status(item.jobId!).catch(() => undefined));
    if (!job) return failure;
    item.apply(job);
    return job.status === 'completed' ? failure : new LonghaulError('JOB_EXPIRED', job.message, { job });
  }

  private async takeUpListed(): Promise<void> {
    try {
      const { items } = await this.client.list({ limit: LISTED });
      const dismissed = new Set(
        this.records.all().flatMap(({ jobId, dismissed: is }) => (is ? [jobId] : [])),
      );
      for (const status of items) {
        if (this.find(status.jobId) || dismissed.has(status.jobId)) continue;
        const { jobId, createdAt } = status;
        const item = this.add({ id: jobId, jobId, name: 'download.zip', createdAt, saved: false });
        item.apply(status);
        this.notify(item);
        void this.follow(item);
      }
    } catch {
      // The downloads of this browser are there all the same.
    }
  }

  private takeUp(record: DownloadRecord): void {
    const known = this.items.get(record.id);
    const item = known ?? this.add(record);
    item.isAwaited = known?.isAwaited ?? record.jobId === undefined;
    if (item.connection === 'signed-out') item.connection = 'polling';
    item.failure = null;
    if (item.own === 'refused') item.own = 'starting';
    // The leader may have no news for long, so this tab asks at once.
    item.newsAt = 0;
    this.notify(item);
  }

  private tick(): void {
    const active = [...this.items.values()].filter(({ following }) => following);
    if (active.length === 0) {
      clearInterval(this.ticker);
      this.ticker = undefined;
    }
    for (const item of active) {
      this.notify(item);
      if (item.isLeader || Date.now() - item.newsAt < UNHEARD_MS) continue;
      item.newsAt = Date.now();
      void this.ask(item);
    }
  }

  /** Asks the server, because the leader is silent. */
  private async ask(item: Item): Promise<void> {
    try {
      item.apply(await this.client.status(item.jobId!));
      if (!item.isActive) item.following?.abort();
      this.notify(item);
    } catch {
      // The next tick asks again.
    }
  }

  private add(record: DownloadRecord): Item {
    const item = new Item(record);
    this.items.set(record.id, item);
    return item;
  }

  private remove(item: Item): void {
    item.following?.abort();
    this.items.delete(item.id);
    this.notified.delete(item.id);
    this.notify(item);
  }

  /** Newest first. */
  private sorted(): Item[] {
    return [...this.items.values()].toSorted((a, b) => b.record.createdAt.localeCompare(a.record.createdAt));
  }

  private find(id: string): Item | undefined {
    return this.items.get(id) ?? [...this.items.values()].find(({ jobId }) => jobId === id);
  }

  private known(id: string): Item {
    const item = this.find(id);
    if (!item) throw new LonghaulError('JOB_NOT_FOUND', 'There is no such download in this browser.');
    return item;
  }

  /** Remembers a changed download, and tells listeners and other tabs. */
  private changed(item: Item): void {
    const { record, status, connection } = item;
    if (item.isOwn || record.saved || record.dismissed) this.records.put(record);
    this.tabs.post({ record, status, connection });
    this.notify(item);
  }

  /** Calls the listeners if something visible changed. */
  private notify(item?: Item): void {
    if (item && this.items.has(item.id)) {
      const now = item.snapshot();
      if (this.notified.get(item.id) === now) return;
      this.notified.set(item.id, now);
    }
    for (const [listener, id] of this.listeners) {
      if (!item || id === undefined || id === item.id || id === item.jobId) listener();
    }
  }
}

function asFailure(error: unknown): LonghaulError {
  if (error instanceof LonghaulError) return error;
  return new LonghaulError('BAD_ANSWER', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}

function notAccepted(): LonghaulError {
  return new LonghaulError('JOB_NOT_READY', 'The download is not accepted yet.');
}
