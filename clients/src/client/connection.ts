import { jsonOf } from './answer.js';
import { baseUrlOf } from './base-url.js';
import { LonghaulError, textOf } from './errors.js';
import { limited } from './limited.js';
import type { Call, ClientOptions } from './options.js';
import { withRetries } from './retry.js';
import { createTokenSource } from './token-source.js';

/** Time that a held answer may take longer than its wait. */
const TIMEOUT_MS = 5_000;
const RETRY_FOR_MS = 60_000;

type Query = Record<string, string | number | readonly string[] | undefined>;

/** A request to the API. */
export interface ApiRequest {
  method?: 'GET' | 'POST';
  /** Relative to the base URL: `v1/download/…`. */
  path: string;
  query?: Query | undefined;
  body?: unknown;
  /** Time for the answer in milliseconds, beyond that of the client. */
  extraTimeMs?: number | undefined;
  /** Default: that of the client. 0 makes one try. */
  retryForMs?: number;
}

/** An answer of the API: its parsed body and its headers. */
export interface ApiAnswer<T> {
  body: T;
  headers: Headers;
}

/** Sends requests: addresses, credentials, time limits, repetition. */
export interface ApiConnection {
  readonly baseUrl: URL;
  /** The address of a path, relative to the base URL. */
  url(path: string, query?: Query): URL;
  /** Sends a request and parses its answer. @throws LonghaulError, or the reason of the signal. */
  json<T>(request: ApiRequest, call?: Call): Promise<T>;
  /** Like `json`, with the headers of the answer. */
  answer<T>(request: ApiRequest, call?: Call): Promise<ApiAnswer<T>>;
  /** Calls the `fetch` of the options. It follows no redirects, otherwise a token may reach another server. */
  fetch(url: URL, init: RequestInit): Promise<Response>;
}

export function createConnection(options: ClientOptions): ApiConnection {
  const { timeoutMs = TIMEOUT_MS, retryForMs = RETRY_FOR_MS } = options;
  const baseUrl = baseUrlOf(options.baseUrl);
  const tokens = createTokenSource(options.token, timeoutMs);

  const url: ApiConnection['url'] = (path, query = {}) => {
    const address = new URL(path, baseUrl);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) address.searchParams.set(name, String(value));
    }
    return address;
  };

  const request: ApiConnection['fetch'] = (address, init) =>
    (options.fetch ?? fetch)(address, { redirect: 'manual', ...init });

  const answer = <T>(asked: ApiRequest, call: Call = {}): Promise<ApiAnswer<T>> =>
    limited(call.signal, (signal) => {
      const inner = { ...call, signal };
      return withRetries(() => authorized<T>(asked, inner), asked.retryForMs ?? retryForMs, inner);
    });

  /** Asks for a new token once when the server rejects the present one. */
  async function authorized<T>(asked: ApiRequest, call: Call): Promise<ApiAnswer<T>> {
    const token = tokens.current();
    try {
      return await send<T>(asked, call, await token);
    } catch (error) {
      if (!(error instanceof LonghaulError) || error.status !== 401) throw error;
      const renewed = await tokens.renewed(token);
      if (!renewed) throw error;
      return send<T>(asked, call, renewed);
    }
  }

  async function send<T>(asked: ApiRequest, call: Call, token: string): Promise<ApiAnswer<T>> {
    const { path, query, method = 'GET', extraTimeMs = 0 } = asked;
    const init = { method, ...contentOf(asked, token, () => call.traceparent ?? options.traceparent?.()) };
    const work = async (signal: AbortSignal) => {
      try {
        const response = await request(url(path, query), { ...init, signal });
        return { body: await jsonOf<T>(response), headers: response.headers };
      } catch (error) {
        if (error instanceof LonghaulError) throw error;
        const { cause = error } = error as { cause?: unknown };
        const reason = (cause as { code?: string }).code || textOf(cause);
        const text = `${baseUrl.host} cannot be reached: ${reason}. Check the address and the network.`;
        throw new LonghaulError('NETWORK', text, { cause: error });
      }
    };
    const late = `${baseUrl.host} did not answer in time. Try again.`;
    return limited(call.signal, work, timeoutMs + extraTimeMs, late);
  }

  return {
    baseUrl,
    url,
    fetch: request,
    answer,
    json: async <T>(asked: ApiRequest, call?: Call) => (await answer<T>(asked, call)).body,
  };
}

/** Headers and body. @throws LonghaulError INVALID_REQUEST if they cannot be sent. */
function contentOf({ body }: ApiRequest, token: string, trace: () => string | undefined) {
  try {
    const traceparent = trace();
    const json = body === undefined ? null : JSON.stringify(body);
    const headers = new Headers({
      accept: 'application/json',
      ...(json && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...(traceparent && { traceparent }),
    });
    return { headers, body: json };
  } catch {
    // The cause contains the token.
    throw new LonghaulError('INVALID_REQUEST', 'The request cannot be sent.');
  }
}
