import {
  type DownloadRequest,
  type DownloadStatus,
  type Estimate,
  isFinal,
  type JobStatus,
  type ListedFile,
  type LonghaulClient,
  LonghaulError,
  type Page,
} from '../client/index.js';

/** The argument of a query function in TanStack Query. */
interface Context {
  signal: AbortSignal;
}

/** Polls come 4 to 8 s apart at random, so that pages that failed together do not return together. */
const POLL_MS = 4_000;

/** Tries after a passing fault. The client has repeated the request for a minute before each. */
const MAX_RETRIES = 3;

const retries = {
  retry: (failures: number, error: Error) => isPassing(error) && failures < MAX_RETRIES,
  retryDelay: (failures: number, error: Error) =>
    (error instanceof LonghaulError ? error.retryAfterMs : null) ?? Math.min(30_000, 1_000 * 2 ** failures),
};

/**
 * Options of TanStack Query 5 for the status of a download. Polls every 4 to 8 s until the status is final.
 *
 * @example const { data, error } = useQuery(downloadOptions(client, jobId));
 */
export function downloadOptions(client: LonghaulClient, jobId: string) {
  return {
    queryKey: ['longhaul', client.baseUrl.href, 'download', jobId] as const,
    queryFn: ({ signal }: Context): Promise<DownloadStatus> => client.status(jobId, { signal }),
    refetchInterval: ({ state }: { state: { data: DownloadStatus | undefined } }): number | false =>
      state.data && isFinal(state.data.status) ? false : POLL_MS * (1 + Math.random()),
    ...retries,
  };
}

/** Options for the first page of the user's downloads. @param query as `LonghaulClient.list` takes it. */
export function jobsOptions(
  client: LonghaulClient,
  query: { status?: JobStatus | 'active' | undefined; limit?: number | undefined } = {},
) {
  return {
    queryKey: ['longhaul', client.baseUrl.href, 'jobs', query] as const,
    queryFn: async ({ signal }: Context): Promise<Page<DownloadStatus>> => client.list(query, { signal }),
    ...retries,
  };
}

/** Options of an infinite query for the files that can be downloaded. @param query matches part of an id or name. */
export function filesOptions(client: LonghaulClient, query = '') {
  return {
    queryKey: ['longhaul', client.baseUrl.href, 'files', query] as const,
    queryFn: async ({
      signal,
      pageParam,
    }: Context & { pageParam: string | undefined }): Promise<Page<ListedFile>> =>
      client.files({ query, cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }: Page<ListedFile>) => nextCursor ?? undefined,
    ...retries,
  };
}

/** Options for the estimate of a download. It holds for a minute. */
export function estimateOptions(client: LonghaulClient, request: DownloadRequest) {
  return {
    queryKey: ['longhaul', client.baseUrl.href, 'estimate', request] as const,
    queryFn: ({ signal }: Context): Promise<Estimate> => client.estimate(request, { signal }),
    staleTime: 60_000,
    ...retries,
  };
}

function isPassing(error: Error): boolean {
  return error instanceof LonghaulError && error.passing;
}
