import type { Readable } from 'node:stream';
import { LonghaulError } from '../../contract/errors.js';
import type { PinnedUrl } from '../../contract/files.js';
import { discard, type OutboundAnswer, type OutboundHttp } from '../../outbound/outbound-http.js';
import type { UrlLocation } from '../catalogue/catalogue.js';
import type { FileSource, FoundFile } from '../file-source.js';
import { describeAnswer, firstByteOf } from './https-answer.js';
import { assertReadable, toSourceError, unreadable } from './https-errors.js';
import { assertSameVersion, preconditions } from './https-version.js';
import { nameOfObject } from '../objects/object-name.js';
import { resumableRead } from '../resumable-read.js';

/** From a request to the head of its answer. */
const ANSWER_MS = 20_000;

/** Bytes as they are stored: sizes and ranges mean these. */
const AS_STORED = { 'accept-encoding': 'identity' };

/** Files that a server elsewhere has. Its URLs come from others: each request passes the guard. */
export class HttpsSource implements FileSource<UrlLocation, PinnedUrl> {
  constructor(
    private readonly http: Pick<OutboundHttp, 'send'>,
    /** Most bytes of one file. */
    private readonly maxBytes: number,
  ) {}

  /**
   * Asks for one byte rather than with HEAD: servers that know no HEAD are met, and so are links that were signed for
   * GET alone; and it shows whether the server knows ranges.
   */
  async find({ url, size: expected }: UrlLocation, signal: AbortSignal): Promise<FoundFile<PinnedUrl>> {
    const answer = await this.probe(url, signal);
    discard(answer);
    const { etag, lastModified, ranges, contentType, contentDisposition, ...told } = describeAnswer(answer);
    const size = told.size ?? expected;
    if (size === null) throw unreadable('its server does not say how long it is');
    if (size > this.maxBytes) {
      throw new LonghaulError('FILE_TOO_LARGE', `The file has ${size} bytes; ${this.maxBytes} are allowed.`);
    }
    return {
      size,
      contentType,
      name: nameOfObject({ key: decodedPath(url), contentDisposition, metadata: {} }),
      crc32: null,
      source: { kind: 'https', url, etag, lastModified, ranges },
    };
  }

  async open(source: PinnedUrl, size: number, signal: AbortSignal): Promise<Readable> {
    return resumableRead((start) => this.openAt(source, size, start, signal), size, signal, {
      unavailable: 'SOURCE_UNAVAILABLE',
      resumes: source.ranges,
    });
  }

  private async probe(url: string, signal: AbortSignal): Promise<OutboundAnswer> {
    const answer = await this.get(url, { range: 'bytes=0-0' }, signal);
    // An empty file has no first byte.
    if (answer.status !== 416) return this.readable(answer);
    discard(answer);
    return this.readable(await this.get(url, {}, signal));
  }

  private async openAt(
    source: PinnedUrl,
    size: number,
    start: number,
    signal: AbortSignal,
  ): Promise<Readable> {
    const range = start === 0 ? {} : { range: `bytes=${start}-` };
    const answer = await this.get(source.url, { ...range, ...preconditions(source, start) }, signal);
    try {
      assertReadable(answer);
      assertSameVersion(answer, source, size);
      if (firstByteOf(answer) !== start)
        throw unreadable('its server sends other bytes than it was asked for');
      return answer.body;
    } catch (error) {
      answer.body.destroy();
      throw error;
    }
  }

  private readable(answer: OutboundAnswer): OutboundAnswer {
    try {
      assertReadable(answer);
      return answer;
    } catch (error) {
      discard(answer);
      throw error;
    }
  }

  private async get(
    url: string,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    try {
      const all = { ...AS_STORED, ...headers };
      return await this.http.send({ method: 'GET', url, headers: all, answerMs: ANSWER_MS, signal });
    } catch (error) {
      throw toSourceError(error, signal);
    }
  }
}

function decodedPath(url: string): string {
  const { pathname } = new URL(url);
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
