import type { S3Client } from '@aws-sdk/client-s3';
import { limitsOf, type S3Limits, type S3Options } from './s3-client.js';
import { S3RequestFailed, toReadError, toStoreError } from './s3-errors.js';

/** What the SDK's `send` takes beside a command. */
export interface HttpOptions {
  abortSignal?: AbortSignal;
  requestTimeout?: number;
}

export interface CallOptions {
  key?: string;
  signal?: AbortSignal | undefined;
  /** Milliseconds in which the answer has to begin. */
  answerMs?: number;
  /** True when the request reads one object, so that the error may be about that. */
  reads?: boolean;
}

/** One bucket, and how its requests are made: with a time limit, an abort, and errors of ours. */
export class S3Bucket {
  readonly limits: S3Limits;

  constructor(
    readonly client: S3Client,
    private readonly options: S3Options,
  ) {
    this.limits = limitsOf(options);
  }

  get name(): string {
    return this.options.bucket;
  }

  /** `Bucket` and `Key` of a request. */
  object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.name, Key: key };
  }

  /**
   * Makes one request; `operation` is its name in the S3 API.
   * @throws LonghaulError as the port says, and the signal's reason when that aborted.
   */
  async call<T>(
    operation: string,
    send: (http: HttpOptions) => Promise<T>,
    options: CallOptions = {},
  ): Promise<T> {
    const { signal, answerMs = this.limits.answerMs } = options;
    signal?.throwIfAborted();
    try {
      return await send({ requestTimeout: answerMs, ...(signal && { abortSignal: signal }) });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      const failed = this.failure(operation, error, options.key);
      throw options.reads ? toReadError(failed) : toStoreError(failed);
    }
  }

  /** Says of a vendor's error what was asked of which bucket. */
  failure(operation: string, cause: unknown, key?: string): S3RequestFailed {
    const { endpoint, region, bucket } = this.options;
    return new S3RequestFailed({ operation, bucket, endpoint, region, key }, cause);
  }
}
