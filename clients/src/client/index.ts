export type * from './api.js';
export { LonghaulClient, type PageQuery, type Started } from './client.js';
export { type ErrorCode, type InputError, LonghaulError } from './errors.js';
export { isFinal, type JobStatus } from './job-status.js';
export type { Call, ClientOptions, ConnectionState, Transport, WatchCall } from './options.js';
export type { Page, Paged } from './paged.js';
