import type { DownloadRequest, DownloadStatus } from '../api.js';
import { type ErrorCode, type FailureDetails, LonghaulError } from '../errors.js';
import { forward, hasMoved, visible } from '../follow/changes.js';
import { isFinal } from '../job-status.js';
import { type DownloadRecord, merged } from './records.js';
import { Speed } from './speed.js';
import type { Download } from './types.js';

/** Silence that is shown, and the steps in which it grows. */
const SILENT_MS = 30_000;
const STEP_MS = 10_000;

/** The state of a download, for other tabs. */
export interface News {
  record: DownloadRecord;
  status: DownloadStatus | undefined;
  own: Item['own'];
  connection: Download['connection'];
  canRetryAt: number | null;
  failure: (FailureDetails & { code: ErrorCode; message: string }) | null;
}

/** A download of the store, with its state so far. */
export class Item {
  status: DownloadStatus | undefined;
  failure: LonghaulError | null = null;
  connection: Download['connection'] = 'polling';
  /** A state that no status tells. */
  own: 'starting' | 'refused' | 'gone' | undefined = 'starting';
  canRetryAt: number | null = null;
  pending: Download['pending'] = null;
  isStarting = false;
  /** When the job last moved, and when a status was last read. */
  newsAt = 0;
  readAt = Date.now();
  /** For another try, also without some of its files. It never leaves the memory of the tabs. */
  request: DownloadRequest | null;
  /** Ends following; undefined while nobody follows. */
  following: AbortController | undefined;
  isLeader = false;
  private speed = new Speed();
  private shown: Download | undefined;
  private shownText = '';

  /** @param isAwaited this browser waits for it, so its archive is saved at once. False if it may have ended long ago. */
  constructor(
    public record: DownloadRecord,
    public isAwaited: boolean,
  ) {
    this.request = record.request ?? null;
  }

  get id(): string {
    return this.record.id;
  }

  /** True if this browser started it. */
  get isOwn(): boolean {
    return this.id !== this.record.jobId;
  }

  /** True once nothing but expiry follows. */
  get isEnded(): boolean {
    return this.status !== undefined && isFinal(this.status.status);
  }

  /** True if it waits for its start. A start without a sign-in waits for the next sign-in. */
  get mustStart(): boolean {
    const { request, dismissed } = this.record;
    return !!request && !dismissed && (this.own === 'starting' || this.connection === 'signed-out');
  }

  /** True while there is something to follow. */
  get isOpen(): boolean {
    const { jobId, dismissed } = this.record;
    return jobId !== undefined && !dismissed && this.own !== 'gone' && !this.isEnded;
  }

  /** Keeps why something failed. */
  fail(failure: LonghaulError): void {
    const { retryAfterMs } = failure;
    this.failure = failure;
    this.canRetryAt = retryAfterMs === null ? null : Date.now() + retryAfterMs;
  }

  /** The server did not accept it. */
  refuse(failure: LonghaulError): void {
    this.own = 'refused';
    this.fail(failure);
    this.connection = failure.status === 401 ? 'signed-out' : 'polling';
  }

  /** The start was accepted. */
  accept(jobId: string, expiresAt: string): void {
    const { request: _, ...record } = this.record;
    this.record = { ...record, jobId, expiresAt };
    this.reset();
  }

  /** Begins again: nothing is known of the new run. */
  reset(): void {
    this.own = 'starting';
    this.status = undefined;
    this.failure = this.canRetryAt = null;
    this.connection = 'polling';
    this.isAwaited = true;
    this.record = { ...this.record, saved: false };
  }

  /** Takes a status over, unless it is older than the present one. */
  apply(read: DownloadStatus): void {
    const last = this.status;
    const status = forward(last, read);
    this.readAt = Date.now();
    if (status.createdAt !== last?.createdAt) this.speed = new Speed();
    if (!last || hasMoved(last, status)) this.newsAt = this.readAt;
    if (this.own || last?.status !== status.status) this.failure = null;
    if (this.connection === 'signed-out') this.connect('polling');
    this.own = undefined;
    this.status = status;
    this.isAwaited = !isFinal(status.status);
    this.speed.add(status);
    const { retryAfterMs } = status.error ?? {};
    // The clock of the server may be ahead.
    const endedAt = Math.min(Date.parse(status.completedAt!), this.readAt);
    this.canRetryAt = typeof retryAfterMs === 'number' ? endedAt + retryAfterMs : null;
    this.record = {
      ...this.record,
      jobId: status.jobId,
      name: status.archiveName ?? this.record.name,
      createdAt: status.createdAt,
      expiresAt: status.expiresAt,
    };
  }

  connect(state: Download['connection']): void {
    if (this.connection === 'signed-out') this.failure = null;
    this.connection = state;
  }

  news(): News {
    const { record, status, own, connection, canRetryAt, failure } = this;
    // Fields of an error are copied only from a plain object.
    const plain = failure && Object.assign({}, failure, { message: failure.message });
    return { record, status, own, connection, canRetryAt, failure: plain };
  }

  /** Takes over what another tab has learned. */
  hear({ record, status, own, connection, canRetryAt, failure }: News): void {
    this.record = merged(this.record, record);
    this.request ??= record.request ?? null;
    if (status) this.apply(status);
    else if (!this.status) this.own = own;
    this.connection = connection;
    this.canRetryAt = canRetryAt;
    this.failure = failure && new LonghaulError(failure.code, failure.message, failure);
  }

  /** The download as a page shows it: the same object as before if nothing visible changed. Undefined once dismissed. */
  snapshot(now = Date.now()): Download | undefined {
    const { status, speed, record } = this;
    if (record.dismissed) return undefined;
    const isMoving = status && !this.own && !this.isEnded && status.status !== 'queued';
    const next: Download = {
      ...status,
      id: this.id,
      state: this.own ?? status!.status,
      name: record.name,
      bytesPerSecond: speed.bytesPerSecond,
      secondsLeft: status ? speed.secondsLeft(status, now) : null,
      canRetryAt: this.canRetryAt,
      silentForMs: isMoving ? silence(now - this.newsAt) : 0,
      connection: this.connection,
      pending: this.pending,
      saved: record.saved,
      failure: this.failure,
      request: this.request,
    };
    const text = visible(next);
    if (text !== this.shownText) {
      this.shown = next;
      this.shownText = text;
    }
    return this.shown;
  }
}

/** A name until the server tells one. */
export function requestedName({ archive }: DownloadRequest): string {
  return `${archive?.name ?? 'download'}.${archive?.format ?? 'zip'}`;
}

function silence(ms: number): number {
  return ms < SILENT_MS ? 0 : Math.floor(ms / STEP_MS) * STEP_MS;
}
