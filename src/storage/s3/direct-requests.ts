import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { HttpRequest } from '@smithy/core/protocols';
import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import { SignatureV4 } from '@smithy/signature-v4';
import { jittered } from '../../concurrency/jitter.js';
import { observeAttempt, type StoreObserver, type StoreOperation } from '../store-observer.js';
import { type AnswerBody, WRONG_LENGTH } from './answer-body.js';
import { outcomeOfAttempt } from './attempt-outcome.js';
import { DirectConnections, type WireAnswer, type WireOptions, type WireRequest } from './direct-exchange.js';
import { refusalOf } from './direct-output.js';
import type { RetryBudget } from './store-retries.js';

/** A request for one object. */
export interface DirectRequest {
  method: WireRequest['method'];
  bucket: string;
  key: string;
  query?: Record<string, string>;
  headers: Record<string, string>;
  body?: readonly Uint8Array[];
}

export interface DirectOptions extends WireOptions {
  /** Reported to the observer. */
  operation: StoreOperation;
  attempts: number;
}

/** SHA-256 of an empty body, which the signature covers. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Retries kept for the SDK's requests, which begin and complete archives. */
const KEPT_FOR_SDK = 16;

/** For bodies that TLS or a signed checksum protects. Hashing them would cost more than sending them. */
const UNSIGNED = 'UNSIGNED-PAYLOAD';

/** CRC-32 of a body, four bytes in base64. */
export const CHECKSUM = 'x-amz-checksum-crc32';

type SdkError = Parameters<typeof isTransientError>[0];

interface Target {
  url: URL;
  signer: SignatureV4;
}

/** Pause after the first attempt. Doubles with each further one. */
const PAUSE_MS = 100;

/**
 * The time for which a throttled request waits for a retry. It holds its place meanwhile, which slows this process down as
 * the store asks. To fail would cost more: the whole build would begin again.
 */
const MAX_WAIT_MS = 30_000;
const WAIT_MS = 1_000;

/** The SDK corrects its clock from this difference on. */
const WRONG_CLOCK_MS = 240_000;

/** Codes of undici for connections that broke or went silent, and of its parser for bytes that are not HTTP. */
const BROKEN = /^(UND_ERR_(SOCKET|(CONNECT|HEADERS|BODY)_TIMEOUT|RES_CONTENT_LENGTH_MISMATCH)|HPE_.*)$/;

/**
 * Codes of stores that received other bytes than were sent: of most, of one that missed some, and of MinIO. InvalidDigest is
 * none of them: it is about a malformed header.
 */
const SPOILED = /^(BadDigest|IncompleteBody|XAmzContent(Checksum|SHA256)Mismatch)$/;

/**
 * Sends requests with the SDK's signer and credentials but without its pipeline, which takes many times as much CPU. The
 * SDK remains for what only it can do: resolve other endpoints, report invalid ones.
 */
export class DirectRequests {
  private target: Promise<Target | undefined> | undefined;
  private readonly connections: DirectConnections;

  constructor(
    private readonly client: S3Client,
    connectMs: number,
    private readonly observer: StoreObserver,
    private readonly retries: RetryBudget,
  ) {
    this.connections = new DirectConnections(connectMs);
  }

  /** Returns false when the caller must send its requests through the SDK. */
  async isPossible(bucket: string): Promise<boolean> {
    return (await this.targetOf(bucket)) !== undefined;
  }

  /**
   * Sends the request, and repeats it after temporary errors.
   * @param bodyOf creates the taker of the body, once for each attempt.
   * @throws S3ServiceException when the store refused; the error of the network when it did not answer.
   */
  async send(request: DirectRequest, bodyOf: () => AnswerBody, options: DirectOptions): Promise<WireAnswer> {
    const target = await this.targetOf(request.bucket);
    if (!target) throw new Error('The endpoint needs the SDK');
    this.retries.earn();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(options, () => this.sendOnce(target, request, bodyOf(), options));
      } catch (error) {
        if (attempt >= options.attempts || options.signal?.aborted || !isTemporary(error)) throw error;
        await delay(jittered(PAUSE_MS * 2 ** (attempt - 1)), undefined, { signal: options.signal });
        if (!(await this.mayRetry(error, options))) throw error;
      }
    }
  }

  close(): void {
    void this.connections.close();
  }

  private attempt(
    { operation, signal }: DirectOptions,
    send: () => Promise<WireAnswer>,
  ): Promise<WireAnswer> {
    return observeAttempt(this.observer, operation, send, (error) =>
      signal?.aborted ? undefined : outcomeOfAttempt(error, operation),
    );
  }

  /** Returns true once there is a retry left. Waits for one only when the store asked for fewer requests. */
  private async mayRetry(error: unknown, { operation, signal }: DirectOptions): Promise<boolean> {
    const waits = outcomeOfAttempt(error, operation) === 'throttled';
    const giveUpAt = performance.now() + MAX_WAIT_MS;
    while (!this.retries.take(KEPT_FOR_SDK)) {
      if (!waits || performance.now() > giveUpAt) return false;
      await delay(jittered(WAIT_MS), undefined, { signal });
    }
    return true;
  }

  /** Sends the request; once more when the store refused it because of its time. */
  private async sendOnce(
    target: Target,
    request: DirectRequest,
    body: AnswerBody,
    options: DirectOptions,
  ): Promise<WireAnswer> {
    const signedAt = this.storeTime();
    const answer = await this.sendSigned(target, request, body, options);
    // The answer to another request may have corrected the clock since.
    const wasSkewed = answer.statusCode === 403 && isWrong(aheadOf(answer, signedAt));
    const last = wasSkewed ? await this.sendSigned(target, request, body, options) : answer;
    if (last.statusCode < 300) return last;
    throw refusalOf(last);
  }

  private async sendSigned(
    target: Target,
    request: DirectRequest,
    body: AnswerBody,
    options: DirectOptions,
  ): Promise<WireAnswer> {
    const answer = await this.connections.send(await this.signed(target, request), body, options);
    this.correctClock(answer);
    return answer;
  }

  private async signed({ url, signer }: Target, request: DirectRequest): Promise<WireRequest> {
    const { method, key, query = {}, body = [] } = request;
    const path = `${url.pathname.replace(/\/$/, '')}/${encodedKey(key)}`;
    const unsigned = new HttpRequest({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path,
      query,
      headers: {
        ...request.headers,
        host: url.host,
        'x-amz-content-sha256': payloadHash(url, request),
      },
    });
    const { headers } = await signer.sign(unsigned, { signingDate: new Date(this.storeTime()) });
    // Not signed, because proxies may change it. Without it some stores unpack gzip: then sizes do not count the bytes.
    headers['accept-encoding'] = 'identity';
    if (method === 'PUT')
      headers['content-length'] = String(body.reduce((sum, { length }) => sum + length, 0));
    const pairs = Object.entries(query).map(([name, value]) => `${name}=${encoded(value)}`);
    return {
      method,
      origin: url.origin,
      path: [path, pairs.join('&')].filter(Boolean).join('?'),
      headers,
      body,
    };
  }

  /** Takes over the clock of the store, as the SDK does with every answer. */
  private correctClock(answer: WireAnswer): void {
    const aheadMs = aheadOf(answer, this.storeTime());
    if (isWrong(aheadMs)) this.client.config.systemClockOffset += aheadMs;
  }

  private storeTime(): number {
    return Date.now() + this.client.config.systemClockOffset;
  }

  /** The SDK reports an endpoint that cannot be resolved. */
  private targetOf(bucket: string): Promise<Target | undefined> {
    return (this.target ??= this.resolveTarget(bucket).catch(() => undefined));
  }

  /** Returns undefined for buckets with a signature of their own, such as directory buckets. */
  private async resolveTarget(Bucket: string): Promise<Target | undefined> {
    const { config } = this.client;
    const { url, properties } = await getEndpointFromInstructions(
      { Bucket, Key: 'any' },
      HeadObjectCommand,
      config,
    );
    const [scheme] = (properties?.['authSchemes'] ?? []) as { name?: string; signingRegion?: string }[];
    if (scheme?.name !== 'sigv4') return undefined;
    const signer = new SignatureV4({
      service: 's3',
      region: scheme.signingRegion ?? config.region,
      credentials: config.credentials,
      sha256: config.sha256,
      uriEscapePath: false,
      applyChecksum: false,
    });
    return { url, signer };
  }
}

function isTemporary(error: unknown): boolean {
  if (isThrottlingError(error as SdkError) || isTransientError(error as SdkError)) return true;
  const { code = '', name } = error as NodeJS.ErrnoException;
  return code === WRONG_LENGTH || BROKEN.test(code) || SPOILED.test(name);
}

/** Returns by how many milliseconds the store's clock is ahead of `time`; NaN when the answer does not tell. */
function aheadOf({ headers }: WireAnswer, time: number): number {
  return Date.parse(headers['date'] ?? '') - time;
}

function isWrong(aheadMs: number): boolean {
  return Math.abs(aheadMs) >= WRONG_CLOCK_MS;
}

function payloadHash({ protocol }: URL, { headers, body }: DirectRequest): string {
  if (!body) return EMPTY_SHA256;
  if (protocol === 'https:' || CHECKSUM in headers) return UNSIGNED;
  const hash = createHash('sha256');
  for (const buffer of body) hash.update(buffer);
  return hash.digest('hex');
}

/** Encodes a key as the signature requires: every byte but unreserved characters (RFC 3986) and slashes. */
export function encodedKey(key: string): string {
  return encoded(key).replaceAll('%2F', '/');
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
