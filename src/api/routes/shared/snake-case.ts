import { LonghaulError } from '../../../contract/errors.js';
import { type SnakeCased, snakeCased } from '../../../contract/http/snake-case.js';
import type { StartedJob, WatchedJob } from '../../../contract/http/snake-case-schemas.js';
import type { DownloadStatus, StartedDownload } from '../../../contract/http/answers.js';

/**
 * The `/jobs` dialect: the same requests and answers with names in snake_case. It is a spelling and no schema of its own,
 * so that whatever `initiate` accepts is accepted here.
 */
const OUR_NAMES: Readonly<Record<string, string>> = {
  file_ids: 'fileIds',
  file_id: 'fileId',
  on_file_error: 'onFileError',
  client_request_id: 'clientRequestId',
  callback_url: 'callbackUrl',
};
const THEIR_NAMES = new Map(Object.entries(OUR_NAMES).map(([theirs, ours]) => [ours, theirs]));
const ANY_OF_OURS = new RegExp(`\\b(?:${[...THEIR_NAMES.keys()].join('|')})\\b`, 'g');

/** A body with its fields named as the schema has them. Labels keep their names: those are the client's own. */
export function withOurNames(body: unknown): unknown {
  if (!isObject(body)) return body;
  const named = renamed(body);
  const { files } = named;
  return Array.isArray(files) ? { ...named, files: files.map((file) => withOurNames(file)) } : named;
}

/** What is wrong with a body, in the names that it came in. */
export function inTheirNames(error: unknown): unknown {
  if (!(error instanceof LonghaulError)) return error;
  const errors = error.errors.map(({ path, message }) => ({
    path: inTheirWords(path),
    message: inTheirWords(message),
  }));
  return new LonghaulError(error.code, inTheirWords(error.message), { cause: error.cause, errors });
}

function inTheirWords(text: string): string {
  return text.replace(ANY_OF_OURS, (name) => THEIR_NAMES.get(name)!);
}

/** Answer to a started job; `status` and the rest in our words. */
export function startedInSnakeCase(started: StartedDownload, statusUrl: string): SnakeCased<StartedJob> {
  return snakeCased<StartedJob>({
    jobId: started.jobId,
    status: started.status,
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

/** The status of a job; `progress` goes from 0 to 1, in hundredths. */
export function statusInSnakeCase({ streamUrl, ...status }: DownloadStatus): SnakeCased<WatchedJob> {
  return snakeCased<WatchedJob>({
    ...status,
    progress: status.progress / 100,
    estimatedDuration: durationText(status.etaSeconds),
    websocketUrl: streamUrl,
  });
}

/** How long it may take: what is expected, up to twice that. Null when nothing is known. */
function durationText(etaSeconds: number | null): string | null {
  return etaSeconds === null ? null : `${etaSeconds}-${etaSeconds * 2}s`;
}

function renamed(body: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const ours = Object.hasOwn(OUR_NAMES, name) ? OUR_NAMES[name]! : name;
      // Both spellings at once: the schema shall say that one of them is too many.
      return [ours in body ? name : ours, value];
    }),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
