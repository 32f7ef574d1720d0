import {
  type $Command,
  HeadObjectCommand,
  type S3Client,
  type S3ClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-s3';
import type { LonghaulError } from '../../contract/errors.js';
import { FairSemaphore } from '../../concurrency/fair-semaphore.js';
import type { ReadOutput } from './direct-output.js';
import { DirectReads, type ReadCommand } from './direct-reads.js';
import { limitsOf, type S3Limits, type S3Options } from './s3-client.js';
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

/** Sends requests for one bucket, a limited number at once, with a timeout, an abort signal and mapped errors. */
export class S3Bucket {
  readonly limits: S3Limits;
  private readonly direct: DirectReads;
  private readonly places = new FairSemaphore(REQUESTS);

  constructor(
    private readonly client: S3Client,
    private readonly options: S3Options,
  ) {
    this.limits = limitsOf(options);
    this.direct = new DirectReads(client);
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
   * @throws LonghaulError as documented by the port; the reason of the signal when it aborted.
   */
  send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    operation: string,
    command: $Command<Input, Output, S3ClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
    options: RequestOptions = {},
  ): Promise<Output> {
    const request = () => this.client.send(command, this.httpOptions(options));
    return this.withErrors(operation, () => this.places.run(request, options.signal), options);
  }

  /**
   * Sends a request that reads one object. Its errors may be about that object.
   * @throws as `send` does.
   */
  read(operation: string, command: ReadCommand, options: RequestOptions): Promise<ReadOutput> {
    const http = this.httpOptions(options);
    const throughSdk = (): Promise<ReadOutput> =>
      command instanceof HeadObjectCommand
        ? this.client.send(command, http)
        : this.client.send(command, http);
    const request = async () => (await this.direct.send(command, http)) ?? throughSdk();
    return this.withErrors(operation, () => this.places.run(request, options.signal), options, toReadError);
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
