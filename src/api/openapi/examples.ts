import type { DownloadStatus, LinkedStatus, StartedDownload } from '../../contract/http/answers.js';
import { snakeCased } from '../../contract/http/snake-case.js';
import type { StreamMessage } from '../../contract/http/snake-case-schemas.js';
import { dialectState } from '../../contract/http/snake-case-status.js';
import { withFlatNames } from '../routes/shared/flat-names.js';
import { startedInSnakeCase, statusInSnakeCase } from '../routes/shared/snake-case.js';

/** Examples of the document. All show the same job, so a reader can follow it. */
export const JOB_ID = '01a1f4c0-7a3e-7c1d-9b55-8d2e6f0a4b10';
const BASE = 'https://downloads.example.com';
const TICKET = 'eyJqb2JJZCI6Ii4uLiJ9.q3Jm0v';

export const REQUEST = {
  files: [{ fileId: 70_000, name: '2026/report.pdf' }, { fileId: 70_099 }],
  archive: { format: 'zip', name: 'photos' },
  onFileError: 'skip',
  labels: { album: '2026' },
};

export const REQUEST_IN_SNAKE_CASE = {
  file_ids: [70_000, 70_099],
  archive: { format: 'zip', name: 'photos' },
  on_file_error: 'skip',
  labels: { album: '2026' },
};

export const STARTED: StartedDownload = {
  jobId: JOB_ID,
  status: 'queued',
  totalFileIds: 2,
  duplicateFileIds: [],
  etaSeconds: null,
  nextPollInMs: 540,
  expiresAt: '2026-11-21T09:30:00.000Z',
  statusUrl: `${BASE}/v1/download/status/${JOB_ID}`,
  downloadPath: `/v1/download/${JOB_ID}`,
  streamUrl: `wss://downloads.example.com/v1/download/jobs/${JOB_ID}/stream?ticket=${TICKET}`,
  eventsUrl: `${BASE}/v1/download/jobs/${JOB_ID}/events?ticket=${TICKET}`,
};

const PROGRESS = {
  jobId: JOB_ID,
  status: 'running' as const,
  progress: 45,
  message: 'Fetching 1 of 2 files',
  filesProcessed: 1,
  filesSkipped: 0,
  totalFiles: 2,
  bytesProcessed: 10_485_760,
  bytesTotal: 23_592_960,
  etaSeconds: 12,
  attempts: 1,
  queuePosition: null,
  createdAt: '2026-11-20T09:30:00.000Z',
  startedAt: '2026-11-20T09:30:00.120Z',
  completedAt: null,
  expiresAt: '2026-11-21T09:30:00.000Z',
  nextPollInMs: 3_400,
  archiveName: 'photos.zip',
  format: 'zip' as const,
  labels: { album: '2026' },
  archive: null,
  error: null,
};

const LINKED: LinkedStatus = {
  ...PROGRESS,
  downloadUrl: null,
  streamUrl: STARTED.streamUrl,
  eventsUrl: STARTED.eventsUrl,
};

export const STATUS: DownloadStatus = withFlatNames(LINKED);

export const STARTED_IN_SNAKE_CASE = startedInSnakeCase(STARTED, `${BASE}/v1/download/jobs/${JOB_ID}`);

export const STATUS_IN_SNAKE_CASE = statusInSnakeCase(LINKED);

const ARCHIVE = {
  name: 'photos.zip',
  size: 10_486_012,
  contentType: 'application/zip',
  checksum: 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
  files: 1,
  skipped: 1,
};

const DONE = {
  status: 'completed' as const,
  message: 'Ready: 1 file, 1 skipped',
  filesProcessed: 1,
  filesSkipped: 1,
  bytesTotal: 10_485_760,
  completedAt: '2026-11-20T09:30:05.000Z',
  expiresAt: '2026-11-21T09:30:05.000Z',
  archive: ARCHIVE,
};

const COMPLETED_JOB: LinkedStatus = {
  ...LINKED,
  ...DONE,
  progress: 100,
  etaSeconds: null,
  nextPollInMs: null,
  downloadUrl: `${BASE}/v1/objects/eyJrZXkiOiIuLi4ifQ.m2Xw`,
  streamUrl: null,
  eventsUrl: null,
};

export const COMPLETED = withFlatNames(COMPLETED_JOB);

export const JOBS = { jobs: [COMPLETED], nextCursor: null };

export const JOBS_IN_SNAKE_CASE = { jobs: [statusInSnakeCase(COMPLETED_JOB)], next_cursor: null };

const MESSAGE = snakeCased({
  type: 'progress' as const,
  jobId: JOB_ID,
  ...dialectState(PROGRESS),
  message: PROGRESS.message,
  filesProcessed: 1,
  filesSkipped: 0,
  totalFiles: 2,
  bytesProcessed: PROGRESS.bytesProcessed,
  bytesTotal: PROGRESS.bytesTotal,
  etaSeconds: 12,
  attempts: 1,
  queuePosition: null,
  createdAt: PROGRESS.createdAt,
  archiveName: PROGRESS.archiveName,
  format: PROGRESS.format,
  labels: PROGRESS.labels,
  downloadUrl: null,
}) satisfies StreamMessage;

export const EVENT = { id: '8Jx0w3mSe2q1nF5k', data: JSON.stringify(MESSAGE) };

export const CANCELLED = {
  ...STATUS,
  status: 'cancelled',
  message: 'Cancelled',
  etaSeconds: null,
  completedAt: '2026-11-20T09:30:05.000Z',
  nextPollInMs: null,
  streamUrl: null,
  eventsUrl: null,
};

export const FILES = {
  files: [
    { fileId: 70_000, name: 'report.pdf', size: 10_485_760, state: 'included', error: null },
    {
      fileId: 70_099,
      name: null,
      size: null,
      state: 'skipped',
      error: { code: 'FILE_NOT_FOUND', message: 'File 70099 does not exist.' },
    },
  ],
  nextCursor: null,
};

export const FILE_LIST = {
  files: [{ fileId: 70_000, name: 'report.pdf', size: 10_485_760 }],
  nextCursor: null,
};

export const ESTIMATE = {
  totalFileIds: 2,
  duplicateFileIds: [],
  filesFound: 1,
  filesMissing: 1,
  filesRenamed: 0,
  bytesTotal: 10_485_760,
  archiveBytes: 10_489_216,
  tooLarge: false,
  maxBytes: 107_374_182_400,
  etaSeconds: 12,
  files: [{ fileId: 70_000, name: '2026/report.pdf', size: 10_485_760 }],
  missing: [{ fileId: 70_099, code: 'FILE_NOT_FOUND', message: 'File 70099 does not exist.' }],
  renamed: [],
  truncated: false,
};

const FAILURE = { code: 'FILE_NOT_FOUND', message: 'File 70099 does not exist.' };
const SUPPORT_ID = '01a1f4c0-7a41-7f02-8a6c-3d1be2f5c977';

export const FAILED = {
  jobs: [
    {
      jobId: JOB_ID,
      userId: 'ada',
      ...FAILURE,
      failedAt: '2026-11-20T09:30:01.000Z',
      attempts: 1,
      supportId: SUPPORT_ID,
      labels: { album: '2026' },
      archiveName: 'photos.zip',
      workflowId: `download/${JOB_ID}`,
      run: 'failed',
    },
  ],
  nextCursor: null,
};

const ADMIN_JOB = {
  ...PROGRESS,
  userId: 'ada',
  workflowId: `download/${JOB_ID}`,
  runId: SUPPORT_ID,
  run: 'running',
  pending: [],
};

export const PROBED_STORE = {
  zip: 'segments',
  reason: 'Several workers build a ZIP. The store copies large files that it knows.',
  capabilities: { segments: true, copies: true, copySums: true, joints: true, fullObjectChecked: true },
  probedAt: '2026-11-20T09:30:01.000Z',
};

export const STUCK_JOB = {
  ...ADMIN_JOB,
  message: 'The object store is not reachable. Trying again (attempt 2).',
  attempts: 2,
  pending: [
    {
      step: 'buildArchive',
      state: 'waiting',
      attempt: 2,
      startedAt: '2026-11-20T09:30:01.000Z',
      nextAttemptAt: '2026-11-20T09:30:06.000Z',
      lastFailure: { code: 'STORAGE_UNAVAILABLE', message: 'The object store is not reachable.' },
    },
  ],
};

export const RETRIED_JOB = {
  ...ADMIN_JOB,
  status: 'queued',
  progress: 0,
  message: 'Waiting for a worker',
  filesProcessed: 0,
  bytesProcessed: 0,
  bytesTotal: null,
  etaSeconds: null,
  startedAt: null,
};

export const TERMINATED_JOB = {
  ...ADMIN_JOB,
  status: 'failed',
  message: 'An operator ended the download. Start it again.',
  etaSeconds: null,
  completedAt: '2026-11-20T09:31:00.000Z',
  nextPollInMs: null,
  run: 'terminated',
  error: {
    code: 'JOB_TERMINATED',
    message: 'An operator ended the download. Start it again.',
    retryAfterMs: null,
    supportId: SUPPORT_ID,
    fileIds: [],
  },
};

export const JOB_ENDED = {
  type: 'download.completed',
  timestamp: DONE.completedAt,
  data: {
    ...DONE,
    jobId: JOB_ID,
    totalFiles: 2,
    bytesProcessed: 10_485_760,
    attempts: 1,
    createdAt: PROGRESS.createdAt,
    startedAt: PROGRESS.startedAt,
    downloadPath: STARTED.downloadPath,
    labels: { album: '2026' },
    error: null,
  },
};

export const JOB_FAILED = {
  type: 'download.failed',
  timestamp: '2026-11-20T09:30:01.000Z',
  data: {
    jobId: JOB_ID,
    userId: 'ada',
    ...FAILURE,
    supportId: SUPPORT_ID,
    workflowId: `download/${JOB_ID}`,
  },
};
