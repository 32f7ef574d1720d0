import type {
  $Command,
  S3Client,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-s3';
import { limitsOf, type S3Limits, type S3Options } from './s3-client.js';
import { S3RequestFailed, toReadError, toStoreError } from './s3-errors.js';

export interface RequestOptions {
  key?: string;
  signal?: AbortSignal | undefined;
  /** Timeout in milliseconds until the response begins. */
  answerMs?: number;
  /** True when the request reads one object, so that errors may be about that object. */
  reads?: boolean;
}

/** Sends requests for one bucket, with a timeout, an abort signal and mapped errors. */
export class S3Bucket {
  readonly limits: S3Limits;

  constructor(
    private readonly client: S3Client,
    private readonly options: S3Options,
  ) {
    this.limits = limitsOf(options);
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
    const { signal, answerMs = this.limits.answerMs } = options;
    const http = { requestTimeout: answerMs, ...(signal && { abortSignal: signal }) };
    return this.withErrors(operation, () => this.client.send(command, http), options);
  }

  /** Runs `request` and maps its errors as `send` does. */
  async withErrors<T>(
    operation: string,
    request: () => Promise<T>,
    { key, signal, reads }: RequestOptions = {},
  ): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await request();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      const failed = this.failure(operation, error, key);
      throw reads ? toReadError(failed) : toStoreError(failed);
    }
  }

  /** Wraps an error of the SDK with the request, the bucket and the key. */
  failure(operation: string, cause: unknown, key?: string): S3RequestFailed {
    const { endpoint, region, bucket } = this.options;
    return new S3RequestFailed({ operation, bucket, endpoint, region, key }, cause);
  }
}
