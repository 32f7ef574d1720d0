import { checkedJobId } from '../arguments/job-id.js';
import type { Server } from '../credentials/server.js';
import { CommandError, runAgain } from '../errors.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { oneLine } from '../output/one-line.js';
import {
  type AdminJob,
  type FailedJobsPage,
  isAdminJob,
  isFailedJobsPage,
  isProblem,
  type Problem,
} from './answers.js';

const REQUEST_TIMEOUT_MS = 30_000;

/** Limits how much of an unexpected response is printed. */
const EXCERPT_LENGTH = 100;

/** Advice for responses that concern the caller instead of the job. */
const ADVICE: Record<number, string> = {
  401: ' Set LONGHAUL_API_KEY to a valid API key.',
  403: ' Use the API key of a user in ADMIN_USERS as LONGHAUL_API_KEY.',
};

const EXIT_OF_STATUS: Partial<Record<number, ExitCode>> = {
  400: EXIT.usage,
  401: EXIT.notSignedIn,
  403: EXIT.notSignedIn,
  404: EXIT.unknownJob,
  410: EXIT.unknownJob,
  429: EXIT.runAgain,
  503: EXIT.runAgain,
};

/** Client of the operators' routes. Every method throws CommandError, whose message says what to do. */
export class AdminClient {
  constructor(private readonly server: Pick<Server, 'url' | 'token'>) {}

  failed(limit: string | undefined, cursor: string | undefined): Promise<FailedJobsPage> {
    const query = new URLSearchParams({ ...(limit && { limit }), ...(cursor && { cursor }) });
    return this.request(isFailedJobsPage, 'GET', `failed?${query.toString()}`);
  }

  retry(jobId: string): Promise<AdminJob> {
    return this.request(isAdminJob, 'POST', `failed/${checkedJobId(jobId)}/retry`);
  }

  show(jobId: string): Promise<AdminJob> {
    return this.request(isAdminJob, 'GET', `jobs/${checkedJobId(jobId)}`);
  }

  terminate(jobId: string, reason: string): Promise<AdminJob> {
    return this.request(isAdminJob, 'POST', `jobs/${checkedJobId(jobId)}/terminate`, { reason });
  }

  private async request<T>(
    isExpected: (answer: unknown) => answer is T,
    method: string,
    path: string,
    body?: object,
  ): Promise<T> {
    const { url } = this.server;
    const { response, text } = await this.exchange(method, path, body).catch((error: unknown) => {
      throw unreachable(url, error);
    });
    const answer = parsed(text);
    if (response.ok && isExpected(answer)) return answer;
    if (!response.ok && isProblem(answer)) throw rejected(response.status, answer);
    throw notLonghaul(url, response, text);
  }

  private async exchange(method: string, path: string, body: object | undefined) {
    const { url, token } = this.server;
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
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

function unreachable(url: string, error: unknown): CommandError {
  const { cause, message } = error as Error;
  const reason = cause instanceof Error ? cause.message : message;
  const text = `Cannot reach the API at ${url}: ${reason}. Check that it is running and that LONGHAUL_URL is its address.`;
  return runAgain(text, error);
}

function rejected(status: number, { detail, code, requestId }: Problem): CommandError {
  const reference = requestId ? ` (${code}, request ${requestId})` : '';
  const exit = EXIT_OF_STATUS[status] ?? EXIT.error;
  return new CommandError(exit, `${detail ?? code}${reference}${ADVICE[status] ?? ''}`);
}

function notLonghaul(url: string, { status, headers }: Response, text: string): CommandError {
  const location = headers.get('location');
  const type = headers.get('content-type')?.split(';')[0] ?? 'no type';
  const excerpt = oneLine(text.slice(0, EXCERPT_LENGTH));
  const content = location
    ? `: a redirect to ${oneLine(location)}`
    : ` with ${excerpt ? `${type}: ${excerpt}` : 'an empty body'}`;
  return new CommandError(
    EXIT.error,
    `${url} answered ${status}${content}\nThis is not a Longhaul API. Set LONGHAUL_URL to the address of the API.`,
  );
}
