import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuidV7 } from 'uuid';
import { errorCodeOf, LonghaulError } from '../../contract/errors.js';
import type { FileId } from '../../contract/files.js';
import { OutboundError } from '../../outbound/outbound-error.js';
import { discard, type OutboundAnswer, type OutboundHttp, textOf } from '../../outbound/outbound-http.js';
import { signedHeaders } from '../../outbound/signed-headers.js';
import { isTransientStatus } from '../../outbound/transient-status.js';
import type { Catalogue, CatalogueEntry } from './catalogue.js';
import { catalogueAnswerSchema, entriesOfAnswer } from './catalogue-answer.js';

/** Ids per request. */
const BATCH = 1_000;

/** Timeout from the request to the head of its response. */
const ANSWER_MS = 10_000;

/** Timeout from the request to the end of its response. */
const WHOLE_MS = 20_000;

/** Fits 1,000 files with URLs and names of the maximum length. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Backoff between attempts. After the last one the caller retries the whole step. */
const RETRY_DELAYS_MS = [250, 1_000];

export interface HttpCatalogueOptions {
  /** Set by the operator, so it may point to any host. */
  url: string;
  secret: string;
  http: Pick<OutboundHttp, 'send'>;
}

/** Asks the application, with a signed request, which files a user may download and where they are. */
export class HttpCatalogue implements Catalogue {
  constructor(private readonly options: HttpCatalogueOptions) {}

  async resolve(
    userId: string,
    fileIds: readonly FileId[],
    signal = new AbortController().signal,
  ): Promise<CatalogueEntry[]> {
    const entries: CatalogueEntry[] = [];
    for (let start = 0; start < fileIds.length; start += BATCH) {
      const batch = fileIds.slice(start, start + BATCH);
      entries.push(...entriesOfAnswer(batch, parse(await this.query({ userId, fileIds: batch }, signal))));
    }
    return entries;
  }

  /** Retries with the same message id, so that the application can detect duplicates. */
  private async query(
    query: { userId: string; fileIds: readonly FileId[] },
    signal: AbortSignal,
  ): Promise<string> {
    const message = { id: `msg_${uuidV7().replaceAll('-', '')}`, body: JSON.stringify(query) };
    for (let failures = 0; ; failures++) {
      try {
        return await this.post(message, signal);
      } catch (error) {
        const backoff = RETRY_DELAYS_MS[failures];
        const isTransient = errorCodeOf(error) === 'CATALOGUE_UNAVAILABLE';
        if (backoff === undefined || !isTransient || signal.aborted) throw error;
        await delay(backoff, undefined, { signal });
      }
    }
  }

  private async post(message: { id: string; body: string }, signal: AbortSignal): Promise<string> {
    const { url, secret, http } = this.options;
    const timeout = AbortSignal.timeout(WHOLE_MS);
    const headers = { accept: 'application/json', ...signedHeaders(message, [secret], new Date()) };
    try {
      const answer = await http.send({
        method: 'POST',
        url,
        headers,
        body: message.body,
        answerMs: ANSWER_MS,
        trusted: true,
        signal: AbortSignal.any([signal, timeout]),
      });
      assertOk(answer);
      return await textOf(answer, MAX_ANSWER_BYTES);
    } catch (error) {
      throw signal.aborted ? signal.reason : toCatalogueError(error, timeout);
    }
  }
}

function assertOk(answer: OutboundAnswer): void {
  const { status } = answer;
  if (status === 200) return;
  discard(answer);
  if (isTransientStatus(status)) throw unavailable(new Error(`Status ${status}`));
  throw invalid(`responded with status ${status}`);
}

function toCatalogueError(error: unknown, timeout: AbortSignal): unknown {
  if (error instanceof LonghaulError) return error;
  if (error instanceof OutboundError && error.failure === 'too-large') {
    return invalid(`sent a response of more than ${MAX_ANSWER_BYTES} bytes`);
  }
  return error instanceof OutboundError || timeout.aborted ? unavailable(error) : error;
}

/** Throws errors without a cause, because JSON and zod errors quote the response. */
function parse(text: string) {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid('sent a response that is not JSON');
  }
  const result = catalogueAnswerSchema.safeParse(json);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw invalid(`sent an invalid response: ${path.join('.') || 'it'} ${message}`);
}

function unavailable(cause: unknown): LonghaulError {
  const message = 'The catalogue is not responding. Try again in a minute.';
  return new LonghaulError('CATALOGUE_UNAVAILABLE', message, { cause });
}

/** @param predicate Completes "The catalogue …", without a period. */
function invalid(predicate: string): LonghaulError {
  const message = `The catalogue ${predicate}. An operator must check CATALOGUE_URL and the application behind it.`;
  return new LonghaulError('CATALOGUE_INVALID', message);
}
