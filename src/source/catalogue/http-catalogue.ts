import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuidV7 } from 'uuid';
import { LonghaulError } from '../../contract/errors.js';
import type { FileId } from '../../contract/files.js';
import { OutboundError } from '../../outbound/outbound-error.js';
import { discard, type OutboundAnswer, type OutboundHttp, textOf } from '../../outbound/outbound-http.js';
import { signedHeaders } from '../../outbound/signed-headers.js';
import type { Catalogue, CatalogueEntry } from './catalogue.js';
import { catalogueAnswerSchema, entriesOfAnswer } from './catalogue-answer.js';

/** Ids asked for with one request. */
const BATCH = 1_000;

/** From a request to the head of its answer, and to its end. */
const ANSWER_MS = 10_000;
const WHOLE_MS = 20_000;

/** A thousand files with URLs and names of the greatest length. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Pauses before a request that failed is repeated; after the last one the whole step is retried instead. */
const RETRY_DELAYS_MS = [250, 1_000];

const PASSING = new Set([408, 425, 429]);

export interface HttpCatalogueOptions {
  /** The operator's own: it may lead anywhere. */
  url: string;
  secret: string;
  http: Pick<OutboundHttp, 'send'>;
}

/** The application decides, file by file, who may have what: it is asked with a signed request. */
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
      entries.push(...entriesOfAnswer(batch, parse(await this.ask({ userId, fileIds: batch }, signal))));
    }
    return entries;
  }

  /** The same message on every try, so that the application can tell a repetition. */
  private async ask(
    question: { userId: string; fileIds: readonly FileId[] },
    signal: AbortSignal,
  ): Promise<string> {
    const message = { id: `msg_${uuidV7().replaceAll('-', '')}`, body: JSON.stringify(question) };
    for (let failures = 0; ; failures++) {
      try {
        return await this.post(message, signal);
      } catch (error) {
        const pause = RETRY_DELAYS_MS[failures];
        const passing = error instanceof LonghaulError && error.code === 'CATALOGUE_UNAVAILABLE';
        if (pause === undefined || !passing || signal.aborted) throw error;
        await delay(pause, undefined, { signal });
      }
    }
  }

  private async post(message: { id: string; body: string }, signal: AbortSignal): Promise<string> {
    const { url, secret, http } = this.options;
    const late = AbortSignal.timeout(WHOLE_MS);
    const headers = { accept: 'application/json', ...signedHeaders(message, [secret], new Date()) };
    try {
      const answer = await http.send({
        method: 'POST',
        url,
        headers,
        body: message.body,
        answerMs: ANSWER_MS,
        trusted: true,
        signal: AbortSignal.any([signal, late]),
      });
      assertAnswered(answer);
      return await textOf(answer, MAX_ANSWER_BYTES);
    } catch (error) {
      throw signal.aborted ? signal.reason : toCatalogueError(error, late);
    }
  }
}

function assertAnswered(answer: OutboundAnswer): void {
  const { status } = answer;
  if (status === 200) return;
  discard(answer);
  if (PASSING.has(status) || status >= 500) throw unavailable(new Error(`Status ${status}`));
  throw invalid(`answered with status ${status}`);
}

function toCatalogueError(error: unknown, late: AbortSignal): unknown {
  if (error instanceof LonghaulError) return error;
  if (error instanceof OutboundError && error.failure === 'too-large') {
    return invalid(`answered with more than ${MAX_ANSWER_BYTES} bytes`);
  }
  return error instanceof OutboundError || late.aborted ? unavailable(error) : error;
}

/** Never chains what it failed with: the texts of JSON and zod errors quote the answer. */
function parse(text: string) {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid('did not answer with JSON');
  }
  const result = catalogueAnswerSchema.safeParse(json);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw invalid(`gave an answer that is not as agreed: ${path.join('.') || 'it'} ${message}`);
}

function unavailable(cause: unknown): LonghaulError {
  const message = 'The catalogue of the application does not answer. Try again shortly.';
  return new LonghaulError('CATALOGUE_UNAVAILABLE', message, { cause });
}

function invalid(what: string): LonghaulError {
  const message = `The catalogue of the application ${what}. An operator must check CATALOGUE_URL and what it answers.`;
  return new LonghaulError('CATALOGUE_INVALID', message);
}
