import type { LinkedStatus, StartedDownload } from '../../../contract/http/answers.js';
import { type SnakeCased, snakeCased } from '../../../contract/http/snake-case.js';
import type { StartedJob, WatchedJob } from '../../../contract/http/snake-case-schemas.js';
import { dialectState } from '../../../contract/http/snake-case-status.js';
import { ValidationError } from '../../http/validate.js';

/**
 * The snake_case fields of the `/jobs` dialect and their names in the schema. The dialect renames fields and has no schema
 * of its own, so it accepts whatever `initiate` accepts.
 */
const FROM_SNAKE_CASE: ReadonlyMap<string, string> = new Map([
  ['file_ids', 'fileIds'],
  ['file_id', 'fileId'],
  ['on_file_error', 'onFileError'],
  ['client_request_id', 'clientRequestId'],
  ['callback_url', 'callbackUrl'],
]);
const TO_SNAKE_CASE: ReadonlyMap<string, string> = new Map([...FROM_SNAKE_CASE].map(([a, b]) => [b, a]));

/** Renames the fields of a body to those of the schema. Keeps the names of labels, because the client chooses them. */
export function fromSnakeCase(body: unknown): unknown {
  if (!isObject(body)) return body;
  const renamed = renameFields(body);
  const { files } = renamed;
  return Array.isArray(files) ? { ...renamed, files: files.map((file) => fromSnakeCase(file)) } : renamed;
}

/** Renames the fields in the paths of a validation error. Returns other errors unchanged. */
export function errorInSnakeCase(error: unknown): unknown {
  return error instanceof ValidationError ? error.withPaths(snakeCasePath) : error;
}

/** @param path as `files.0.fileId`. Renames the first field, and fields of a file. */
function snakeCasePath(path: string): string {
  const [field = '', ...rest] = path.split('.');
  return [field, ...rest]
    .map((name, i) => (i === 0 || field === 'files' ? (TO_SNAKE_CASE.get(name) ?? name) : name))
    .join('.');
}

/** Renders the response to a started job. */
export function startedInSnakeCase(started: StartedDownload, statusUrl: string): SnakeCased<StartedJob> {
  return snakeCased<StartedJob>({
    jobId: started.jobId,
    status: started.status,
    phase: started.status,
    progress: 0,
    filesProcessed: 0,
    totalFiles: started.totalFileIds,
    duplicateFileIds: started.duplicateFileIds,
    downloadUrl: null,
    error: null,
    estimatedDuration: durationText(started.etaSeconds),
    nextPollInMs: started.nextPollInMs,
    expiresAt: started.expiresAt,
    statusUrl,
    websocketUrl: started.streamUrl,
    eventsUrl: started.eventsUrl,
  });
}

/** Renders the status of a job. */
export function statusInSnakeCase({ streamUrl, ...status }: LinkedStatus): SnakeCased<WatchedJob> {
  return snakeCased<WatchedJob>({
    ...status,
    ...dialectState(status),
    estimatedDuration: durationText(status.etaSeconds),
    websocketUrl: streamUrl,
  });
}

/** The expected duration up to twice that, as `2-4s`; null if unknown. */
function durationText(etaSeconds: number | null): string | null {
  return etaSeconds === null ? null : `${etaSeconds}-${etaSeconds * 2}s`;
}

function renameFields(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const renamed = FROM_SNAKE_CASE.get(name) ?? name;
      // Keep both spellings of a field, so that the schema rejects the duplicate.
      return [renamed in body ? name : renamed, value];
    }),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
