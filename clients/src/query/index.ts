import type { DownloadStatus, LonghaulClient } from '../client/index.js';

/** Options of TanStack Query for the status of a download. */
export function downloadOptions(client: LonghaulClient, jobId: string) {
  return {
    queryKey: ['longhaul', 'download', jobId] as const,
    queryFn: ({ signal }: { signal: AbortSignal }): Promise<DownloadStatus> =>
      client.status(jobId, { signal }),
  };
}
