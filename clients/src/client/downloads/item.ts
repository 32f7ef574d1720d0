import type { DownloadRequest, DownloadStatus } from '../api.js';
import type { LonghaulError } from '../errors.js';
import { forward, visible } from '../follow/changes.js';
import { isFinal } from '../job-status.js';
import type { DownloadRecord } from './records.js';
import { Speed } from './speed.js';
import type { Download, DownloadState } from './types.js';

/** Silence that is shown, and the steps in which it grows. */
const SILENT_MS = 30_000;
const STEP_MS = 10_000;

/** A download of the store, with its state so far. */
export class Item {
  status: DownloadStatus | undefined;
  failure: LonghaulError | null = null;
  connection: Download['connection'] = 'polling';
  /** A state that no status tells. */
  own: 'starting' | 'refused' | 'gone' | undefined = 'starting';
  canRetryAt: number | null = null;
  newsAt = Date.now();
  /** Ends following; undefined while nobody follows. */
  following: AbortController | undefined;
  isLeader = false;
  private speed = new Speed();
  private shown: Download | undefined;

  /** @param isAwaited this browser waits for it, so its archive is saved at once. False if it may have ended long ago. */
  constructor(
    public record: DownloadRecord,
    public isAwaited: boolean,
  ) {}

  get id(): string {
    return this.record.id;
  }

  /** True if this browser started it. */
  get isOwn(): boolean {
    return this.id !== this.record.jobId;
  }

  get state(): DownloadState {
    return this.own ?? this.status?.status ?? 'starting';
  }

  /** True once nothing but expiry follows. */
  get isEnded(): boolean {
    return this.status !== undefined && isFinal(this.status.status);
  }

  /** The server did not accept it. */
  refuse(failure: LonghaulError): void {
    const { retryAfterMs } = failure;
    this.own = 'refused';
    this.failure = failure;
    this.canRetryAt = retryAfterMs === null ? null : Date.now() + retryAfterMs;
  }

  /** Begins again: nothing is known of the new run. */
  reset(): void {
    this.own = 'starting';
    this.status = undefined;
    this.failure = this.canRetryAt = null;
    this.isAwaited = true;
    this.record = { ...this.record, saved: false };
  }

  /** Takes a status over, unless it is older than the present one. */
  apply(read: DownloadStatus): void {
    const status = forward(this.status, read);
    if (status.createdAt !== this.status?.createdAt) this.speed = new Speed();
    this.newsAt = Date.now();
    this.own = undefined;
    this.status = status;
    this.isAwaited = !isFinal(status.status);
    this.speed.add(status);
    const { retryAfterMs } = status.error ?? {};
    this.canRetryAt =
      typeof retryAfterMs === 'number' ? Date.parse(status.completedAt ?? '') + retryAfterMs : null;
    this.record = {
      ...this.record,
      jobId: status.jobId,
      name: status.archiveName ?? this.record.name,
      createdAt: status.createdAt,
      expiresAt: status.expiresAt,
    };
  }

  /** The download as a page shows it: the same object as before if nothing visible changed. */
  snapshot(now = Date.now()): Download {
    const { status, speed, shown } = this;
    const next: Download = {
      ...status,
      id: this.id,
      state: this.state,
      name: this.record.name,
      bytesPerSecond: speed.bytesPerSecond,
      secondsLeft: status ? speed.secondsLeft(status, now) : null,
      canRetryAt: this.canRetryAt,
      silentForMs: status && !this.own && !this.isEnded ? silence(now - this.newsAt) : 0,
      connection: this.connection,
      saved: this.record.saved,
      failure: this.failure,
    };
    if (!shown || visible(shown) !== visible(next)) this.shown = next;
    return this.shown!;
  }
}

/** A name until the server tells one. */
export function requestedName({ archive }: DownloadRequest): string {
  return `${archive?.name ?? 'download'}.${archive?.format ?? 'zip'}`;
}

function silence(ms: number): number {
  return ms < SILENT_MS ? 0 : Math.floor(ms / STEP_MS) * STEP_MS;
}
