import type { DownloadRequest, JobError } from '../../client/index.js';

/**
 * Returns the request without the files of an error, and without its key: it is another download. Returns undefined if
 * the error is about no file, or no file is left.
 */
export function withoutFiles(
  request: DownloadRequest | null,
  error: JobError | null | undefined,
): DownloadRequest | undefined {
  if (!request || !error || error.fileIds.length === 0) return undefined;
  const lost = new Set(error.fileIds.map(String));
  const { clientRequestId: _, fileId, fileIds, files, ...rest } = request;
  const ids = [...(fileIds ?? []), ...(fileId === undefined ? [] : [fileId])];
  const keptIds = ids.filter((id) => !lost.has(String(id)));
  const keptFiles = (files ?? []).filter((file) => !lost.has(String(file.fileId)));
  if (keptIds.length + keptFiles.length === 0) return undefined;
  return {
    ...rest,
    ...(keptIds.length > 0 ? { fileIds: keptIds } : {}),
    ...(keptFiles.length > 0 ? { files: keptFiles } : {}),
  };
}
