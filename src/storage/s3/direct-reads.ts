import {
  type GetObjectCommand,
  HeadObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { HttpRequest, type HttpResponse } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { outputOf, type ReadOutput } from './direct-output.js';

/** Options of the HTTP handler. */
interface SendOptions {
  abortSignal?: AbortSignal;
  /** Milliseconds until the response begins. */
  requestTimeout: number;
}

export type ReadCommand = HeadObjectCommand | GetObjectCommand;

/** SHA-256 of an empty body, which the signature covers. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

interface Target {
  url: URL;
  signer: SignatureV4;
}

/**
 * Sends HeadObject and GetObject with the SDK's signer and HTTP handler but without its pipeline, which takes six times
 * as much CPU. Other answers, except a refused HEAD, are left to the SDK: it retries, corrects the clock and parses errors.
 */
export class DirectReads {
  private target: Promise<Target | undefined> | undefined;

  constructor(private readonly client: S3Client) {}

  /**
   * Sends the request once.
   * @returns undefined when the caller must repeat the request through the SDK.
   * @throws S3ServiceException when HeadObject is refused: that answer has no body, so the SDK would learn no more;
   * the error of the handler when the signal aborted.
   */
  async send(command: ReadCommand, options: SendOptions): Promise<ReadOutput | undefined> {
    // The SDK reports an endpoint that cannot be resolved.
    const target = await (this.target ??= this.targetOf(command).catch(() => undefined));
    if (!target) return undefined;
    const response = await this.answer(target, command, options);
    if (response === undefined) return undefined;
    const isSuccess = response.statusCode === 200 || response.statusCode === 206;
    const isHead = command instanceof HeadObjectCommand;
    if (isSuccess && isHead) response.body.resume();
    if (isSuccess) return outputOf(response);
    if (!isHead || !isFinal(response.statusCode)) return undefined;
    throw refusedHead(response.statusCode);
  }

  /** Returns undefined when the request failed without an answer. */
  private async answer(
    { url, signer }: Target,
    command: ReadCommand,
    options: SendOptions,
  ): Promise<HttpResponse | undefined> {
    try {
      const signingDate = new Date(Date.now() + this.client.config.systemClockOffset);
      const signed = await signer.sign(requestFor(command, url), { signingDate });
      // The stored bytes, because sizes and ranges count them. Not signed, because proxies may change the header.
      signed.headers['accept-encoding'] = 'identity';
      const { response } = await this.client.config.requestHandler.handle(signed as HttpRequest, options);
      return response;
    } catch (error) {
      if (options.abortSignal?.aborted) throw error;
      return undefined;
    }
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

/** Returns true for a status that a retry does not change. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function refusedHead(status: number): S3ServiceException {
  return new S3ServiceException({
    name: status === 404 ? 'NotFound' : 'HeadRefused',
    message: `The store refused HEAD with status ${status}`,
    $fault: 'client',
    $metadata: { httpStatusCode: status },
  });
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
