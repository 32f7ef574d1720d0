import {
  type $Command,
  type GetObjectCommand,
  HeadObjectCommand,
  type S3Client,
  type S3ClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-s3';
import { LonghaulError } from '../../contract/errors.js';
import { type StoreObserver, storeObservers, type StoreOperation } from '../store-observer.js';
import { FairSemaphore } from '../../concurrency/fair-semaphore.js';
import { type AnswerBody, BodyStream, SmallBody } from './answer-body.js';
import type { WireAnswer } from './direct-exchange.js';
import { outputOf, type ReadOutput } from './direct-output.js';
import { observeClient } from './observed-client.js';
import { PartLimit } from './part-limit.js';
import type { RetryBudget } from './store-retries.js';
import { type DirectRequest, DirectRequests } from './direct-requests.js';
import { limitsOf, MAX_ATTEMPTS, type S3Limits, type S3Options } from './s3-client.js';
import { S3RequestFailed, toReadError, toStoreError } from './s3-errors.js';

/**
 * Concurrent requests of this process to its store. A request holds its place, and its timeouts run, from the moment it
 * is sent to the head of its response; the wait for a place has no timeout.
 */
const REQUESTS = { places: 128, perOwner: 96 };

export interface RequestOptions {
  key?: string;
  signal?: AbortSignal | undefined;
  /** Timeout in milliseconds until the response begins. */
  answerMs?: number;
}

export type ReadCommand = HeadObjectCommand | GetObjectCommand;

/** Attempts of a transfer. With their pauses they outlast a store that is busy for two seconds. */
const TRANSFER_ATTEMPTS = 5;

/** Sends requests for one bucket, a limited number at once, with a timeout, an abort signal and mapped errors. */
export class S3Bucket {
  readonly limits: S3Limits;
  readonly parts = new PartLimit();
  private readonly direct: DirectRequests;
  private readonly places = new FairSemaphore(REQUESTS);

  constructor(
    private readonly client: S3Client,
    private readonly options: S3Options,
    retries: RetryBudget,
    observer?: StoreObserver,
  ) {
    this.limits = limitsOf(options);
    const observers = storeObservers(observer, (operation, outcome) => {
      // A HEAD does not say why it was refused: perhaps because no server stands behind a proxy.
      if (outcome === 'throttled' && operation !== 'HeadObject') this.parts.reduce();
    })!;
    observeClient(client, observers);
    this.direct = new DirectRequests(client, this.limits.connectMs, observers, retries);
  }

  get name(): string {
    return this.options.bucket;
  }

  /** Returns `Bucket` and `Key` of a request. */
  object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.name, Key: key };
  }

  /**
   * Sends one request.
   * @param operation name of the request in the S3 API, for errors.
   * @param toError maps the errors of the request; by default, the cause is the store.
   * @throws LonghaulError as documented by the port; the reason of the signal when it aborted.
   */
  send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    operation: string,
    command: $Command<Input, Output, S3ClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
    options: RequestOptions = {},
    toError: (failed: S3RequestFailed) => LonghaulError = toStoreError,
  ): Promise<Output> {
    const request = () => this.client.send(command, this.httpOptions(options));
    return this.withErrors(operation, () => this.places.run(request, options.signal), options, toError);
  }

  /**
   * Sends a request that reads one object. Its errors may be about that object.
   * @throws as `send` does.
   */
  read(operation: string, command: ReadCommand, options: RequestOptions): Promise<ReadOutput> {
    const request = async () =>
      (await this.isDirect()) ? this.readDirectly(command, options) : this.readThroughSdk(command, options);
    return this.withErrors(operation, () => this.places.run(request, options.signal), options, toReadError);
  }

  /** Returns false when every request must be sent through the SDK. */
  isDirect(): Promise<boolean> {
    return this.direct.isPossible(this.name);
  }

  /**
   * Sends a request that carries or fills buffers, without the SDK. Settles when it no longer uses them.
   * @throws as `send` does.
   */
  transfer(
    operation: StoreOperation,
    request: Omit<DirectRequest, 'bucket'>,
    bodyOf: () => AnswerBody,
    options: RequestOptions,
    toError: (failed: S3RequestFailed) => LonghaulError = toStoreError,
  ): Promise<WireAnswer> {
    const { signal, answerMs = this.limits.answerMs } = options;
    const { stallMs } = this.limits;
    const wire = { operation, signal, answerMs, stallMs, attempts: TRANSFER_ATTEMPTS };
    const send = () => this.direct.send({ ...request, bucket: this.name }, bodyOf, wire);
    return this.withErrors(operation, () => this.places.run(send, signal), options, toError);
  }

  /** Closes the connections of direct requests. */
  close(): void {
    this.direct.close();
  }

  private async readDirectly(command: ReadCommand, options: RequestOptions): Promise<ReadOutput> {
    const { Key = '', Range, IfMatch, ChecksumMode } = command.input;
    const isHead = command instanceof HeadObjectCommand;
    const headers = {
      ...(Range && { range: Range }),
      ...(IfMatch && { 'if-match': IfMatch }),
      ...(ChecksumMode && { 'x-amz-checksum-mode': ChecksumMode }),
    };
    const { signal, answerMs = this.limits.answerMs } = options;
    return outputOf(
      await this.direct.send(
        { method: isHead ? 'HEAD' : 'GET', bucket: this.name, key: Key, headers },
        () => (isHead ? new SmallBody() : new BodyStream()),
        // The guard of the body detects stalls: a slow reader must not count as one.
        {
          operation: isHead ? 'HeadObject' : 'GetObject',
          signal,
          answerMs,
          stallMs: 0,
          attempts: MAX_ATTEMPTS,
        },
      ),
    );
  }

  private readThroughSdk(command: ReadCommand, options: RequestOptions): Promise<ReadOutput> {
    const http = this.httpOptions(options);
    return command instanceof HeadObjectCommand
      ? this.client.send(command, http)
      : this.client.send(command, http);
  }

  private httpOptions({ signal, answerMs = this.limits.answerMs }: RequestOptions) {
    return { requestTimeout: answerMs, ...(signal && { abortSignal: signal }) };
  }

  /** Runs `request` and maps its errors as `send` does. */
  async withErrors<T>(
    operation: string,
    request: () => Promise<T>,
    { key, signal }: RequestOptions = {},
    toError: (failed: S3RequestFailed) => LonghaulError = toStoreError,
  ): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await request();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof LonghaulError) throw error;
      const failed = this.failure(operation, error, key);
      throw toError(failed);
    }
  }

  /** Wraps an error of the SDK with the request, the bucket and the key. */
  failure(operation: string, cause: unknown, key?: string): S3RequestFailed {
    const { endpoint, region, bucket } = this.options;
    return new S3RequestFailed({ operation, bucket, endpoint, region, key }, cause);
  }
}
