import { setTimeout as delay } from 'node:timers/promises';
import { type GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { HttpRequest } from '@smithy/core/protocols';
import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import { SignatureV4 } from '@smithy/signature-v4';
import { jittered } from '../../concurrency/jitter.js';
import { outputOf, type ReadOutput, refusalOf } from './direct-output.js';
import { MAX_ATTEMPTS } from './s3-client.js';

/** Options of the HTTP handler. */
interface SendOptions {
  abortSignal?: AbortSignal;
  /** Milliseconds until the response begins. */
  requestTimeout: number;
}

export type ReadCommand = HeadObjectCommand | GetObjectCommand;

/** SHA-256 of an empty body, which the signature covers. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

type SdkError = Parameters<typeof isTransientError>[0];

interface Target {
  url: URL;
  signer: SignatureV4;
}

/** Multiplied by the number of attempts so far. */
const PAUSE_MS = 100;

/** The SDK corrects its clock from this difference on. */
const WRONG_CLOCK_MS = 240_000;

/**
 * Sends HeadObject and GetObject with the SDK's signer and HTTP handler but without its pipeline, which takes six times
 * as much CPU. The SDK remains for what only it can do: resolve other endpoints, report invalid ones, correct the clock.
 */
export class DirectReads {
  private target: Promise<Target | undefined> | undefined;

  constructor(private readonly client: S3Client) {}

  /**
   * Sends the request, and repeats it after temporary errors.
   * @returns undefined when the caller must send the request through the SDK.
   * @throws S3ServiceException when the store refused; the error of the handler when it did not answer.
   */
  async send(command: ReadCommand, options: SendOptions): Promise<ReadOutput | undefined> {
    // The SDK reports an endpoint that cannot be resolved.
    const target = await (this.target ??= this.targetOf(command).catch(() => undefined));
    if (!target) return undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.sendOnce(target, command, options);
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !isTemporary(error as SdkError)) throw error;
        await delay(jittered(PAUSE_MS * attempt), undefined, { signal: options.abortSignal });
      }
    }
  }

  /** Returns undefined when the clocks differ so much that the store refuses the signature. */
  private async sendOnce(
    { url, signer }: Target,
    command: ReadCommand,
    options: SendOptions,
  ): Promise<ReadOutput | undefined> {
    const signed = await signer.sign(requestFor(command, url), { signingDate: new Date(this.storeTime()) });
    // The stored bytes, because sizes and ranges count them. Not signed, because proxies may change the header.
    signed.headers['accept-encoding'] = 'identity';
    const { response } = await this.client.config.requestHandler.handle(signed as HttpRequest, options);
    if (response.statusCode === 200 || response.statusCode === 206) {
      if (command instanceof HeadObjectCommand) response.body.resume();
      return outputOf(response);
    }
    const aheadMs = Date.parse(response.headers['date'] ?? '') - this.storeTime();
    if (Math.abs(aheadMs) >= WRONG_CLOCK_MS) return undefined;
    throw refusalOf(response);
  }

  private storeTime(): number {
    return Date.now() + this.client.config.systemClockOffset;
  }

  /** Returns undefined for buckets with a signature of their own, such as directory buckets. */
  private async targetOf({ input }: ReadCommand): Promise<Target | undefined> {
    const { config } = this.client;
    const { url, properties } = await getEndpointFromInstructions({ ...input }, HeadObjectCommand, config);
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

function isTemporary(error: SdkError): boolean {
  return isThrottlingError(error) || isTransientError(error);
}

function requestFor(command: ReadCommand, url: URL): HttpRequest {
  const { Key = '', Range, IfMatch, ChecksumMode } = command.input;
  return new HttpRequest({
    method: command instanceof HeadObjectCommand ? 'HEAD' : 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port && { port: Number(url.port) }),
    path: `${url.pathname.replace(/\/$/, '')}/${encodedKey(Key)}`,
    headers: {
      host: url.host,
      'x-amz-content-sha256': EMPTY_SHA256,
      ...(Range && { range: Range }),
      ...(IfMatch && { 'if-match': IfMatch }),
      ...(ChecksumMode && { 'x-amz-checksum-mode': ChecksumMode }),
    },
  });
}

/** Encodes a key as the signature requires: every byte but unreserved characters (RFC 3986) and slashes. */
function encodedKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
