import type { DownloadRequest, DownloadStatus } from '../api.js';
import type { LonghaulError } from '../errors.js';
import type { JobStatus } from '../job-status.js';
import type { ConnectionState } from '../options.js';

/** `starting`: not accepted yet. `refused`: not accepted, see `failure`. `gone`: the server no longer knows the job. */
export type DownloadState = 'starting' | 'refused' | 'gone' | JobStatus;

/** One download as a page shows it. Immutable; the same object until something visible changes. */
export interface Download extends Partial<DownloadStatus> {
  /** The key of the start, or the job id of a download that another browser started. */
  readonly id: string;
  readonly state: DownloadState;
  /** Name of the archive. */
  readonly name: string;
  /** Average of ten seconds; null until known. */
  readonly bytesPerSecond: number | null;
  /** Rounded to 5 s, beyond a minute to minutes; null until known. */
  readonly secondsLeft: number | null;
  /**
   * When a retry makes sense, in milliseconds since the epoch; null without a countdown. While `starting`: when the
   * client repeats the start.
   */
  readonly canRetryAt: number | null;
  /** Time in which a running job did not move, in steps of 10 s; 0 for the first 30 s. */
  readonly silentForMs: number;
  readonly connection: ConnectionState | 'signed-out';
  /** The action of the user, or the first save, that is under way in this tab. */
  readonly pending: 'retry' | 'cancel' | 'save' | null;
  /** True once the archive is handed to the browser. */
  readonly saved: boolean;
  /** Why the start was refused, the job is gone, the sign-in ended, or the last action failed. */
  readonly failure: LonghaulError | null;
  /** The request, for another one like it. Null after a refresh: the browser does not keep it. */
  readonly request: DownloadRequest | null;
}

/** All downloads of this browser: starts, follows, persists, shares with other tabs, saves. */
export interface Downloads {
  /** Starts a download, and follows it. A refused start is a state, not an exception. @throws after `close` */
  start(request: DownloadRequest): Download;
  /** @param id as in `Download.id`, or a job id. */
  get(id: string): Download | undefined;
  /** Newest first. The same array until something visible changes. */
  list(): readonly Download[];
  /** Calls the listener after every visible change, of one download if `id` is given. Returns its end. */
  subscribe(listener: () => void, id?: string): () => void;
  /** Starts a refused, failed, cancelled or expired download again. @throws LonghaulError, also kept in `failure` */
  retry(id: string): Promise<void>;
  /**
   * Cancels the job, or gives up a start that was not accepted yet. Only this cancels; closing a page does not.
   * @throws LonghaulError, also kept in `failure`
   */
  cancel(id: string): Promise<void>;
  /**
   * Hands the archive to the browser, which saves it. While it is being saved for the first time, joins that.
   * @throws LonghaulError, also kept in `failure`
   */
  save(id: string): Promise<void>;
  /** Removes a download from the list, not from the server. It is no longer saved by itself. */
  dismiss(id: string): void;
  /** Takes up what this browser and the server know. Call it when the page opens, and after a new sign-in. */
  resume(): Promise<void>;
  /** True after `close` or `forget`, also of another tab. */
  isClosed(): boolean;
  /** Takes up a job that is not in the list, for example of a link. It is `gone` if the server does not know it. */
  follow(jobId: string): void;
  /** Ends all requests and news. Downloads go on, on the server. */
  close(): void;
  /** Closes, and removes what all tabs of this browser know of the user. For sign-out. */
  forget(): void;
}

/** The part of `localStorage` that is used. */
export interface KeyValueStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface DownloadsOptions {
  /** Separates the downloads of users of one browser. */
  user?: string | undefined;
  /** Default: `localStorage`; null keeps nothing. */
  storage?: KeyValueStore | null | undefined;
  /** Saves an archive as soon as it is ready. Default: true on pages. */
  autoSave?: boolean | undefined;
}
