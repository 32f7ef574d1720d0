import type { AdminJob, FailedJobsPage } from '../contract/admin.js';
import { RequestFailed } from './errors.js';
import type { CliSettings } from './settings.js';

const TIMEOUT_MS = 30_000;

/** What to do about an answer that is about the caller and not about the job. */
const ADVICE: Record<number, string> = {
  401: ' Set LONGHAUL_API_KEY to a key of the API.',
  403: ' The user of LONGHAUL_API_KEY must be among the ADMIN_USERS of the API.',
};

interface Problem {
  detail?: string;
  code?: string;
  requestId?: string;
}

/** The operators' routes of the API. Every method throws RequestFailed, which says what to do. */
export class AdminClient {
  constructor(private readonly settings: CliSettings) {}

  failed(limit: string | undefined, cursor: string | undefined): Promise<FailedJobsPage> {
    const query = new URLSearchParams({ ...(limit && { limit }), ...(cursor && { cursor }) });
    return this.request('GET', `failed?${query.toString()}`);
  }

  retry(jobId: string): Promise<AdminJob> {
    return this.request('POST', `failed/${encodeURIComponent(jobId)}/retry`);
  }

  show(jobId: string): Promise<AdminJob> {
    return this.request('GET', `jobs/${encodeURIComponent(jobId)}`);
  }

  terminate(jobId: string, reason: string): Promise<AdminJob> {
    return this.request('POST', `jobs/${encodeURIComponent(jobId)}/terminate`, { reason });
  }

  private async request<T>(method: string, path: string, body?: object): Promise<T> {
    const { url, apiKey } = this.settings;
    const headers = {
      ...(apiKey && { authorization: `Bearer ${apiKey}` }),
      ...(body && { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${url}/v1/admin/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw unreachable(url, error);
    });
    const answer = await response.json().catch(() => undefined);
    if (!response.ok) throw refused(response.status, answer as Problem | undefined, url);
    if (answer === undefined) throw new RequestFailed(`${url} did not answer as Longhaul does.`);
    return answer as T;
  }
}

function unreachable(url: string, error: unknown): RequestFailed {
  const { cause, message } = error as Error;
  const why = cause instanceof Error ? cause.message : message;
  return new RequestFailed(
    `Cannot reach the API at ${url}: ${why}. Is it running? LONGHAUL_URL says where it is.`,
    { cause: error },
  );
}

function refused(status: number, problem: Problem | undefined, url: string): RequestFailed {
  if (!problem?.code) {
    return new RequestFailed(`${url} answered ${status}, but not as Longhaul does. Check LONGHAUL_URL.`);
  }
  const requestId = problem.requestId ? ` (${problem.code}, request ${problem.requestId})` : '';
  return new RequestFailed(`${problem.detail ?? problem.code}${requestId}${ADVICE[status] ?? ''}`);
}
