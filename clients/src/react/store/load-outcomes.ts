import type { Download, DownloadRequest, FileOutcome, LonghaulClient } from '../../client/index.js';

/** One page of the API. */
const PAGE = 1_000;

/** Loads the outcomes of those files of a job that are in one of the states. */
export async function loadOutcomes(
  client: LonghaulClient,
  jobId: string,
  state: readonly string[],
  signal?: AbortSignal,
): Promise<FileOutcome[]> {
  const files: FileOutcome[] = [];
  for await (const file of client.outcomes(jobId, { state, limit: PAGE }, { signal })) files.push(file);
  return files;
}

/**
 * Makes the request of a failed job again, without its lost files and without its key: it is another download. The server
 * knows the files also after a refresh, and of downloads of other browsers.
 */
export async function requestWithoutLost(
  client: LonghaulClient,
  { jobId, name, format, labels, request }: Download,
): Promise<DownloadRequest> {
  const files = await loadOutcomes(client, jobId!, ['pending', 'prepared']);
  const archive = { name: name.slice(0, -1 - format!.length), format } as DownloadRequest['archive'];
  return {
    ...(request ?? { archive, labels }),
    clientRequestId: undefined,
    fileId: undefined,
    fileIds: undefined,
    files: files.map(({ fileId, name: asked }) => ({ fileId, name: asked ?? undefined })),
  };
}
