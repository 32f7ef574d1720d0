import type { Readable } from 'node:stream';
import { FileError } from '../../contract/file-error.js';
import type { PinnedUrl } from '../../contract/files.js';
import { discard, type OutboundAnswer, type OutboundHttp } from '../../outbound/outbound-http.js';
import type { UrlLocation } from '../catalogue/catalogue.js';
import type { FileRange, FileSource, FoundFile } from '../file-source.js';
import { describeAnswer, firstByteOf } from './https-answer.js';
import { assertReadable, toSourceError, unreadable } from './https-errors.js';
import { assertSameVersion, preconditions } from './https-version.js';
import { nameOfObject } from '../objects/object-name.js';
import { resumableRead } from '../resumable-read.js';
import { timeText } from '../time-text.js';

/** Timeout from the request to the head of its response. */
const ANSWER_MS = 20_000;

/** Disables compression, because sizes and ranges count the stored bytes. */
const AS_STORED = { 'accept-encoding': 'identity' };

/** Files on other servers. The URLs are untrusted, so each request passes the URL guard. */
export class HttpsSource implements FileSource<UrlLocation, PinnedUrl> {
  constructor(
    private readonly http: Pick<OutboundHttp, 'send'>,
    /** Largest file accepted, in bytes. */
    private readonly maxBytes: number,
  ) {}

  /**
   * Requests one byte instead of using HEAD, because some servers reject HEAD and some links are signed for GET only.
   * The response also shows whether the server supports ranges.
   */
  async find({ url, size: expected }: UrlLocation, signal: AbortSignal): Promise<FoundFile<PinnedUrl>> {
    const answer = await this.probe(url, signal);
    discard(answer);
    const { etag, lastModified, ranges, contentType, contentDisposition, ...head } = describeAnswer(answer);
    const size = head.size ?? expected;
    if (size === null) throw unreadable('its server does not send its length');
    if (size > this.maxBytes) {
      throw new FileError('FILE_TOO_LARGE', `has ${size} bytes; the limit is ${this.maxBytes}.`);
    }
    return {
      size,
      contentType,
      name: nameOfObject({ key: decodedPath(url), contentDisposition, metadata: {} }),
      crc32: null,
      modifiedAt: timeText(Date.parse(lastModified ?? '')),
      source: { kind: 'https', url, etag, lastModified, ranges },
    };
  }

  async open(
    source: PinnedUrl,
    size: number,
    signal: AbortSignal,
    { start, end }: FileRange = { start: 0, end: size },
  ): Promise<Readable> {
    return resumableRead((at) => this.openAt(source, size, { start: at, end }, signal), end, signal, {
      unavailable: 'SOURCE_UNAVAILABLE',
      resumes: source.ranges,
      start,
    });
  }

  private async probe(url: string, signal: AbortSignal): Promise<OutboundAnswer> {
    const answer = await this.get(url, { range: 'bytes=0-0' }, signal);
    // 416: an empty file has no first byte.
    if (answer.status !== 416) return this.readable(answer);
    discard(answer);
    return this.readable(await this.get(url, {}, signal));
  }

  private async openAt(
    source: PinnedUrl,
    size: number,
    { start, end }: FileRange,
    signal: AbortSignal,
  ): Promise<Readable> {
    const last = end === size ? '' : end - 1;
    const range = start === 0 && end === size ? {} : { range: `bytes=${start}-${last}` };
    const answer = await this.get(source.url, { ...range, ...preconditions(source, start) }, signal);
    try {
      assertReadable(answer);
      assertSameVersion(answer, source, size);
      if (firstByteOf(answer) !== start) throw unreadable('its server ignores the requested range');
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
