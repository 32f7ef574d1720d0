import type { AdminJob, FailedJobsPage } from '../contract/http/admin-schemas.js';
import { isAdminJob, isFailedJobsPage, isProblem, type Problem } from './answers.js';
import { RequestFailed } from './errors.js';
import { oneLine } from './one-line.js';
import type { CliSettings } from './settings.js';

const TIMEOUT_MS = 30_000;

/** What is shown of an answer that may be anything. */
const EXCERPT_LENGTH = 100;

/** What to do about an answer that is about the caller and not about the job. */
const ADVICE: Record<number, string> = {
  401: ' Set LONGHAUL_API_KEY to a key of the API.',
  403: ' The user of LONGHAUL_API_KEY must be among the ADMIN_USERS of the API.',
};

/** The operators' routes of the API. Every method throws RequestFailed, which says what to do. */
export class AdminClient {
  constructor(private readonly settings: CliSettings) {}

  failed(limit: string | undefined, cursor: string | undefined): Promise<FailedJobsPage> {
    const query = new URLSearchParams({ ...(limit && { limit }), ...(cursor && { cursor }) });
    return this.request(isFailedJobsPage, 'GET', `failed?${query.toString()}`);
  }

  retry(jobId: string): Promise<AdminJob> {
    return this.request(isAdminJob, 'POST', `failed/${encodeURIComponent(jobId)}/retry`);
  }

  show(jobId: string): Promise<AdminJob> {
    return this.request(isAdminJob, 'GET', `jobs/${encodeURIComponent(jobId)}`);
  }

  terminate(jobId: string, reason: string): Promise<AdminJob> {
    return this.request(isAdminJob, 'POST', `jobs/${encodeURIComponent(jobId)}/terminate`, { reason });
  }

  private async request<T>(
    isExpected: (answer: unknown) => answer is T,
    method: string,
    path: string,
    body?: object,
  ): Promise<T> {
    const { url } = this.settings;
    const { response, text } = await this.exchange(method, path, body).catch((error: unknown) => {
      throw unreachable(url, error);
    });
    const answer = parsed(text);
    if (response.ok && isExpected(answer)) return answer;
    if (!response.ok && isProblem(answer)) throw refused(response.status, answer);
    throw notLonghaul(url, response, text);
  }

  private async exchange(method: string, path: string, body: object | undefined) {
    const { url, apiKey } = this.settings;
    const headers = {
      ...(apiKey && { authorization: `Bearer ${apiKey}` }),
      ...(body && { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${url}/v1/admin/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
      // The key is for this address alone.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { response, text: await response.text() };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
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

function refused(status: number, { detail, code, requestId }: Problem): RequestFailed {
  const known = requestId ? ` (${code}, request ${requestId})` : '';
  return new RequestFailed(`${detail ?? code}${known}${ADVICE[status] ?? ''}`);
}

function notLonghaul(url: string, { status, headers }: Response, text: string): RequestFailed {
  const location = headers.get('location');
  const type = headers.get('content-type')?.split(';')[0] ?? 'no type';
  const excerpt = oneLine(text.slice(0, EXCERPT_LENGTH));
  const what = location
    ? `: it sends to ${oneLine(location)}`
    : ` with ${excerpt ? `${type}: ${excerpt}` : 'nothing'}`;
  return new RequestFailed(
    `${url} answered ${status}${what}\nThat is not what Longhaul answers. LONGHAUL_URL must be the address of its API.`,
  );
}
