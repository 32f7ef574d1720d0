import type { DownloadStatus, FileId, StartedDownload } from '../types.js';

type SnakeName<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeName<Rest>}`
  : Name;

/** The same object with names in snake_case, in objects within it too; lists are left as they are. */
export type SnakeCased<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [Name in keyof T as Name extends string ? SnakeName<Name> : Name]: SnakeCased<T[Name]> }
    : T;

/** What `POST /v1/download/jobs` answers, before its names are in snake_case. */
export interface StartedJob extends Pick<
  StartedDownload,
  'jobId' | 'status' | 'nextPollInMs' | 'expiresAt' | 'statusUrl' | 'eventsUrl'
> {
  progress: 0;
  filesProcessed: 0;
  totalFiles: number;
  duplicateFileIds: FileId[];
  downloadUrl: null;
  error: null;
  /** What is expected, up to twice that, as text. */
  estimatedDuration: string | null;
  websocketUrl: string;
}

/** What `GET /v1/download/jobs/:jobId` answers, before its names are in snake_case; `progress` goes from 0 to 1. */
export interface WatchedJob extends Omit<DownloadStatus, 'streamUrl'> {
  /** What is expected, up to twice that, as text; null when nothing is known. */
  estimatedDuration: string | null;
  websocketUrl: string | null;
}
