import type { DownloadStatus } from '../../src/contract/http/answers.js';
import type { FileId } from '../../src/contract/files.js';
import { readWithPython } from './unpack.js';
import { waitFor } from './wait-for.js';

/** Downloads files through the API at `baseUrl`, and returns the entries of the archive. */
export async function archiveOf(baseUrl: string, fileIds: readonly FileId[]) {
  const response = await fetch(`${baseUrl}/v1/download/initiate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ fileIds }),
  });
  const { jobId } = (await response.json()) as { jobId: string };
  const statusOf = async () =>
    (await (await fetch(`${baseUrl}/v1/download/status/${jobId}`)).json()) as DownloadStatus;
  await waitFor('the archive', async () => (await statusOf()).status === 'completed');
  const archive = await fetch(`${baseUrl}/v1/download/${jobId}`);
  return readWithPython(Buffer.from(await archive.arrayBuffer()), 'zip');
}
