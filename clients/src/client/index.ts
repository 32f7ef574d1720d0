export type * from './api.js';
export { LonghaulClient, type PageQuery, type Started } from './client.js';
export { createDownloads } from './downloads/create-downloads.js';
export type {
  Download,
  Downloads,
  DownloadsOptions,
  DownloadState,
  KeyValueStore,
} from './downloads/types.js';
export { type ErrorCode, type InputError, LonghaulError } from './errors.js';
export { isFinal, type JobStatus } from './job-status.js';
export type { Call, ClientOptions, ConnectionState, SocketClass, Transport, WatchCall } from './options.js';
export type { Page, Paged } from './paged.js';
