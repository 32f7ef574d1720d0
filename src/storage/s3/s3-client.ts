import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { BudgetedRetries, type RetryBudget } from './store-retries.js';
import { readSmallBody } from './small-body.js';

/** Address, credentials and timeouts of an S3 store. */
export interface S3Options {
  /** URL of an S3-compatible store; AWS when absent. */
  endpoint?: string | undefined;
  /** URL at which browsers reach the store, if it differs from `endpoint`. Links are signed for it. */
  publicEndpoint?: string | undefined;
  region: string;
  bucket: string;
  forcePathStyle?: boolean | undefined;
  /** When absent, the SDK's default credential chain applies (environment, profile, instance role). */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  limits?: Partial<S3Limits> | undefined;
}

/** Timeouts of one attempt. A request has up to three attempts. */
export interface S3Limits {
  connectMs: number;
  /** From the request to the first byte of the response, excluding the time to send a body. */
  answerMs: number;
  /** Without a byte of a body while its reader waits for one. */
  stallMs: number;
}

const DEFAULT_LIMITS: S3Limits = { connectMs: 5_000, answerMs: 20_000, stallMs: 30_000 };

export const MAX_ATTEMPTS = 3;

/** Returns the limits of `options`, with defaults for absent ones. */
export function limitsOf(options: S3Options): S3Limits {
  return { ...DEFAULT_LIMITS, ...options.limits };
}

/** Creates a client for `endpoint` that keeps connections alive. Destroy it to close them. */
export function createS3Client(
  options: S3Options,
  retries: RetryBudget,
  endpoint = options.endpoint,
): S3Client {
  const config: S3ClientConfig = {
    region: options.region,
    forcePathStyle: options.forcePathStyle ?? false,
    maxAttempts: MAX_ATTEMPTS,
    retryStrategy: new BudgetedRetries(MAX_ATTEMPTS, retries),
    // Some S3-compatible stores reject the newer checksums. TLS and the signature protect the bytes anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: createHandler(limitsOf(options)),
  };
  if (endpoint) config.endpoint = endpoint;
  if (options.credentials) config.credentials = options.credentials;
  return new S3Client(config);
}

function createHandler({ connectMs, answerMs }: S3Limits): NodeHttpHandler {
  // Pass agents, not options, otherwise the handler would create an agent and a connection for every part of 2 MiB or
  // more, and discard both after one request.
  // `S3Bucket` limits the requests. A limit here as well would count the wait for a socket as silence of the store.
  const agents = { keepAlive: true, maxSockets: Infinity };
  return new BoundedHandler({
    httpAgent: new HttpAgent(agents),
    httpsAgent: new HttpsAgent(agents),
    connectionTimeout: connectMs,
    requestTimeout: answerMs,
    throwOnRequestTimeout: true,
    // Disabled: it would treat a slow reader of a body as a stalled store. `guardBody` detects stalls instead.
    socketTimeout: 0,
  });
}

/** Reads the body of a refusal within limits. Otherwise the SDK would wait for its end, however long it is. */
class BoundedHandler extends NodeHttpHandler {
  override async handle(...request: Parameters<NodeHttpHandler['handle']>) {
    const { response } = await super.handle(...request);
    if (response.statusCode >= 300) response.body = await readSmallBody(response.body as Readable);
    return { response };
  }
}
