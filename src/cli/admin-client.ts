import type { AdminJob, FailedJobsPage } from '../contract/http/admin-schemas.js';
import { isAdminJob, isFailedJobsPage, isProblem, type Problem } from './answers.js';
import { RequestFailed } from './errors.js';
import { oneLine } from './one-line.js';
import type { CliSettings } from './settings.js';

const REQUEST_TIMEOUT_MS = 30_000;

/** Limits how much of an unexpected response is printed. */
const EXCERPT_LENGTH = 100;

/** Advice for responses that concern the caller instead of the job. */
const ADVICE: Record<number, string> = {
  401: ' Set LONGHAUL_API_KEY to a valid API key.',
  403: ' Use the API key of a user in ADMIN_USERS as LONGHAUL_API_KEY.',
};

/** Client of the operators' routes. Every method throws RequestFailed, whose message says what to do. */
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
    if (!response.ok && isProblem(answer)) throw rejected(response.status, answer);
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
      // Never follow redirects, otherwise the API key may reach another server.
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
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
  const reason = cause instanceof Error ? cause.message : message;
  return new RequestFailed(
    `Cannot reach the API at ${url}: ${reason}. Check that it is running and that LONGHAUL_URL is its address.`,
    { cause: error },
  );
}

function rejected(status: number, { detail, code, requestId }: Problem): RequestFailed {
  const reference = requestId ? ` (${code}, request ${requestId})` : '';
  return new RequestFailed(`${detail ?? code}${reference}${ADVICE[status] ?? ''}`);
}

function notLonghaul(url: string, { status, headers }: Response, text: string): RequestFailed {
  const location = headers.get('location');
  const type = headers.get('content-type')?.split(';')[0] ?? 'no type';
  const excerpt = oneLine(text.slice(0, EXCERPT_LENGTH));
  const content = location
    ? `: a redirect to ${oneLine(location)}`
    : ` with ${excerpt ? `${type}: ${excerpt}` : 'an empty body'}`;
  return new RequestFailed(
    `${url} answered ${status}${content}\nThis is not a Longhaul API. Set LONGHAUL_URL to the address of the API.`,
  );
}
