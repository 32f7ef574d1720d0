import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** How an S3 store is reached. */
export interface S3Options {
  /** Of an S3-compatible store; AWS when absent. */
  endpoint?: string | undefined;
  /** Where browsers reach the store, when that is another address than `endpoint`; links are signed for it. */
  publicEndpoint?: string | undefined;
  region: string;
  bucket: string;
  forcePathStyle?: boolean | undefined;
  /** The SDK's own chain of credentials (environment, profile, instance role) when absent. */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  limits?: Partial<S3Limits> | undefined;
}

/** How long the store may take. A request is tried three times. */
export interface S3Limits {
  connectMs: number;
  /** From the request to the first byte of the answer, the time to send a body not counted. */
  answerMs: number;
  /** Without a byte, while the reader of a body wants one. */
  stallMs: number;
}

const DEFAULT_LIMITS: S3Limits = { connectMs: 5_000, answerMs: 20_000, stallMs: 30_000 };

const MAX_ATTEMPTS = 3;

/** A worker reads and writes several archives at once, each with a few connections. */
const MAX_SOCKETS = 256;

/** The limits of `options`, with the defaults for those it leaves out. */
export function limitsOf(options: S3Options): S3Limits {
  return { ...DEFAULT_LIMITS, ...options.limits };
}

/** A client for `endpoint` with connections that are kept. Destroy it to close them. */
export function createS3Client(options: S3Options, endpoint = options.endpoint): S3Client {
  const config: S3ClientConfig = {
    region: options.region,
    forcePathStyle: options.forcePathStyle ?? false,
    maxAttempts: MAX_ATTEMPTS,
    // The newer checksums are refused by some S3-compatible stores, and TLS and the signature guard the bytes anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: createHandler(limitsOf(options)),
  };
  if (endpoint) config.endpoint = endpoint;
  if (options.credentials) config.credentials = options.credentials;
  return new S3Client(config);
}

function createHandler({ connectMs, answerMs }: S3Limits): NodeHttpHandler {
  // Instances and not options: for every part of 2 MiB and more the handler would otherwise make an agent, and a
  // connection, to be thrown away after one request.
  const agents = { keepAlive: true, maxSockets: MAX_SOCKETS };
  return new NodeHttpHandler({
    httpAgent: new HttpAgent(agents),
    httpsAgent: new HttpsAgent(agents),
    connectionTimeout: connectMs,
    requestTimeout: answerMs,
    throwOnRequestTimeout: true,
    // It would count a slow reader of a body as a silent store; see `guardBody` for what it is to do.
    socketTimeout: 0,
  });
}
