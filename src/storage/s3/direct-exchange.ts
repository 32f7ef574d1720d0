import { Agent, type Dispatcher } from 'undici';
import { type AnswerBody, type AnswerHead, SmallBody } from './answer-body.js';

export interface WireRequest {
  method: 'GET' | 'HEAD' | 'PUT';
  origin: string;
  /** Path and query, encoded. */
  path: string;
  headers: Record<string, string>;
  body: readonly Uint8Array[];
}

export interface WireAnswer extends AnswerHead {
  body: AnswerBody['value'];
}

export interface WireOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds without progress, both while the body is sent and while the head of the answer is awaited. */
  answerMs: number;
  /** Milliseconds without a byte of the body of the answer; 0 when its reader limits them. */
  stallMs: number;
}

/** Size of the pieces of a body. The timeout for sending counts anew for each of them. */
const PIECE_BYTES = 512 * 1024;

/** Idle connections are closed after this time, before most stores close them. */
const KEEP_ALIVE_MS = 15_000;

/** Time for the body of a refusal, which stores send together with its head. */
const REFUSAL_MS = 1_000;

/** Sends requests over kept connections. Does not limit, sign or repeat them. */
export class DirectConnections {
  private readonly agent: Agent;

  constructor(connectMs: number) {
    this.agent = new Agent({ connect: { timeout: connectMs }, keepAliveTimeout: KEEP_ALIVE_MS });
  }

  /**
   * Sends one request. Settles when the request no longer uses its buffers: it is over, or its socket is destroyed.
   * @returns the head, with the value of `body` for a successful answer, else with the short text of the refusal.
   * @throws the error of the network or of `body`; the reason of the signal.
   */
  send(request: WireRequest, body: AnswerBody, options: WireOptions): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(request, body, options, resolve, reject);
      if (!exchange.isOver) this.agent.dispatch(exchange.dispatchOptions, exchange);
    });
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

class Exchange implements Dispatcher.DispatchHandler {
  isOver = false;
  private controller: Dispatcher.DispatchController | undefined;
  private head: AnswerHead | undefined;
  private refusalTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly request: WireRequest,
    private body: AnswerBody,
    private readonly options: WireOptions,
    private readonly resolve: (answer: WireAnswer) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    options.signal?.addEventListener('abort', this.abort, { once: true });
    if (options.signal?.aborted) this.abort();
  }

  get dispatchOptions(): Dispatcher.DispatchOptions {
    const { method, origin, path, headers, body } = this.request;
    const { answerMs, stallMs } = this.options;
    const timeouts = { headersTimeout: answerMs, bodyTimeout: stallMs };
    // Pieces instead of one buffer: undici then destroys the socket when an answer overtakes them.
    const sent = method === 'PUT' ? { body: piecesOf(body) as unknown as Buffer } : {};
    // Otherwise undici closes the connection after each HEAD.
    return { method, origin, path, headers, ...timeouts, ...sent, reset: false };
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.isOver) controller.abort(new Error('The request was aborted before it was sent'));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (statusCode < 200) return;
    this.head = { statusCode, headers: joined(headers) };
    if (statusCode >= 300) {
      this.body = new SmallBody();
      this.refusalTimer = setTimeout(() => this.cutRefusal(), REFUSAL_MS);
    }
    this.body.begin(this.head, controller);
    if (this.body.answersAtHead) this.succeed();
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.body.receive(chunk);
  }

  onResponseEnd(): void {
    this.body.end();
    this.succeed();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error & { data?: unknown }): void {
    // Bytes of the answer, which must not get into logs.
    delete error.data;
    this.body.fail(error);
    this.settle(() => this.reject(error));
  }

  private readonly abort = () => {
    const { reason } = this.options.signal!;
    this.settle(() => this.reject(reason));
    // Destroys the socket at once. A request that waits for a connection aborts when it gets one.
    this.controller?.abort(reason as Error);
  };

  private cutRefusal(): void {
    this.succeed();
    this.controller?.abort(new Error('The answer has no end'));
  }

  private succeed(): void {
    this.settle(() => this.resolve({ ...this.head!, body: this.body.value }));
  }

  private settle(report: () => void): void {
    clearTimeout(this.refusalTimer);
    this.options.signal?.removeEventListener('abort', this.abort);
    if (this.isOver) return;
    this.isOver = true;
    report();
  }
}

function piecesOf(buffers: readonly Uint8Array[]): Uint8Array[] {
  return buffers.flatMap((buffer) =>
    Array.from({ length: Math.ceil(buffer.length / PIECE_BYTES) }, (_, index) =>
      buffer.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
    ),
  );
}

function joined(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) headers[name] = value.join(', ');
  }
  return headers as Record<string, string>;
}
