import { type DownloadRequest, LonghaulError } from '../../client/index.js';

/** Returns an error that names the ids that the server refused, instead of their places in the request. */
export function withIds(error: unknown, { fileIds, files }: DownloadRequest): unknown {
  if (!(error instanceof LonghaulError) || error.code !== 'INVALID_REQUEST') return error;
  const named = (text: string) =>
    text.replace(
      /^(?:fileIds|files)\.(\d+)(?:\.fileId|(\.name))?(?=$| )/,
      (path, index: string, name?: string) => {
        const id = fileIds?.[Number(index)] ?? files?.[Number(index)]?.fileId;
        if (id === undefined) return path;
        return name ? `The name of file id "${id}"` : `File id "${id}"`;
      },
    );
  const { status, requestId } = error;
  const errors = error.errors.map(({ path, message }) => ({ path: named(path), message }));
  return new LonghaulError(error.code, named(error.message), { status, requestId, errors, cause: error });
}
