import { jsonOf } from './answer.js';
import { baseUrlOf } from './base-url.js';
import { LonghaulError } from './errors.js';
import { limited } from './limited.js';
import type { Call, ClientOptions } from './options.js';
import { withRetries } from './retry.js';
import { TokenSource } from './token-source.js';

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
  headers?: Record<string, string>;
  /** Time for the answer in milliseconds, beyond that of the client. */
  extraTimeMs?: number;
  /** Default: that of the client. 0 makes one try. */
  retryForMs?: number;
}

/** An answer of the API: its parsed body and its headers. */
export interface ApiAnswer<T> {
  body: T;
  headers: Headers;
}

/** Sends requests: addresses, credentials, time limits, repetition. */
export class ApiConnection {
  readonly baseUrl: URL;
  private readonly token: TokenSource;
  private readonly timeoutMs: number;
  private readonly retryForMs: number;

  constructor(private readonly options: ClientOptions) {
    this.baseUrl = baseUrlOf(options.baseUrl);
    this.token = new TokenSource(options.token);
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.retryForMs = options.retryForMs ?? RETRY_FOR_MS;
  }

  /** The address of a path, relative to the base URL. */
  url(path: string, query: Query = {}): URL {
    const url = new URL(path, this.baseUrl);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  /** Sends a request and parses its answer. @throws LonghaulError, or the reason of the signal. */
  async json<T>(request: ApiRequest, call?: Call): Promise<T> {
    return (await this.answer<T>(request, call)).body;
  }

  /** Like `json`, with the headers of the answer. */
  answer<T>(request: ApiRequest, call: Call = {}): Promise<ApiAnswer<T>> {
    return withRetries(() => this.authorized<T>(request, call), request.retryForMs ?? this.retryForMs, call);
  }

  /** Calls the `fetch` of the options. It follows no redirects, otherwise a token may reach another server. */
  fetch(url: URL, init: RequestInit): Promise<Response> {
    return (this.options.fetch ?? fetch)(url, { redirect: 'manual', ...init });
  }

  /** Asks for a new token once when the server rejects the present one. */
  private async authorized<T>(request: ApiRequest, call: Call): Promise<ApiAnswer<T>> {
    const token = this.token.current();
    try {
      return await this.send<T>(request, call, await token);
    } catch (error) {
      if (!(error instanceof LonghaulError) || error.status !== 401) throw error;
      const renewed = await this.token.renewed(token);
      if (!renewed) throw error;
      return this.send<T>(request, call, renewed);
    }
  }

  private async send<T>(request: ApiRequest, call: Call, token: string | undefined): Promise<ApiAnswer<T>> {
    const { path, query, method = 'GET', extraTimeMs = 0 } = request;
    const init = { method, ...this.contentOf(request, call, token) };
    const late = `${this.baseUrl.host} did not answer in time. Try again.`;
    return limited(this.timeoutMs + extraTimeMs, late, call.signal, async (signal) => {
      try {
        const response = await this.fetch(this.url(path, query), { ...init, signal });
        return { body: await jsonOf<T>(response), headers: response.headers };
      } catch (error) {
        throw error instanceof LonghaulError ? error : this.unreachable(error);
      }
    });
  }

  /** Headers and body. @throws LonghaulError INVALID_REQUEST if they cannot be sent. */
  private contentOf({ body, headers }: ApiRequest, call: Call, token: string | undefined) {
    const traceparent = call.traceparent ?? this.options.traceparent?.();
    try {
      return {
        headers: new Headers({
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token && { authorization: `Bearer ${token}` }),
          ...(traceparent && { traceparent }),
          ...headers,
        }),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      };
    } catch {
      // The cause contains the token.
      const message = 'The body of the request or the token cannot be sent.';
      throw new LonghaulError('INVALID_REQUEST', message);
    }
  }

  private unreachable(error: unknown): LonghaulError {
    const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
    const reason = cause?.code || cause?.message || message || 'no reason given';
    const text = `${this.baseUrl.host} cannot be reached: ${reason}. Check the address and the network.`;
    return new LonghaulError('NETWORK', text, { cause: error });
  }
}
