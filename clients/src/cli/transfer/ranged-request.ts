import { CommandError, systemCode } from '../errors.js';
import { EXIT } from '../exit-codes.js';

/** A fault after which the same bytes are asked for again. */
export class PassingFault extends Error {
  override readonly name = 'PassingFault';

  constructor(
    message: string,
    /** Null: by the usual backoff. */
    readonly retryAfterMs: number | null = null,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

/** The store has another archive than the one that was begun. */
export class ArchiveChanged extends Error {
  override readonly name = 'ArchiveChanged';
}

/** The rest of an archive. */
export interface Rest {
  /** Position of the first byte. */
  start: number;
  etag: string | undefined;
  body: AsyncIterable<Uint8Array>;
}

const LINK_REFUSED = new Set([401, 403, 404, 410]);
const PASSING = new Set([408, 425, 429]);

/**
 * Asks the store for the bytes from `offset` on. The link carries its own signature, so no key is sent.
 * @throws PassingFault, ArchiveChanged, CommandError; none contains the link.
 */
export async function requestRest(
  link: string,
  {
    offset,
    etag,
    size,
    signal,
  }: { offset: number; etag: string | undefined; size: number; signal: AbortSignal },
): Promise<Rest> {
  const response = await fetchLink(link, headersFor(offset, etag), signal);
  const { status, headers, body } = response;
  const found = headers.get('etag') ?? undefined;
  if (status === 206)
    return { start: rangeStart(headers.get('content-range'), offset, size), etag: found, body: body! };
  if (status === 200) {
    const length = headers.get('content-length');
    if (length !== null && Number(length) !== size) throw changed();
    return { start: 0, etag: found, body: body ?? nothing() };
  }
  await body?.cancel();
  if (status === 416 || status === 412) throw changed();
  if (LINK_REFUSED.has(status))
    throw new PassingFault(`The store refused the link with status ${status}.`, 0);
  if (status >= 500 || PASSING.has(status)) {
    throw new PassingFault(`The store answered with status ${status}.`, waitOf(headers));
  }
  throw new CommandError(EXIT.error, `The store refused the transfer with status ${status}.`);
}

function headersFor(offset: number, etag: string | undefined): Record<string, string> {
  // Otherwise a proxy may compress, and offsets would count other bytes.
  const identity = { 'accept-encoding': 'identity' };
  if (offset === 0) return identity;
  // A weak tag never matches in If-Range (RFC 9110 section 13.1.5).
  const condition = etag === undefined || etag.startsWith('W/') ? {} : { 'if-range': etag };
  return { ...identity, range: `bytes=${offset}-`, ...condition };
}

async function fetchLink(
  link: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  if (!/^https?:\/\//.test(link) || !URL.canParse(link)) {
    throw new CommandError(EXIT.error, 'The server sent a link that is not valid. Check its PUBLIC_URL.');
  }
  try {
    return await fetch(link, { headers, signal });
  } catch (error) {
    throw connectionLost(error);
  }
}

/** Describes a broken connection without its address, which is in the link. */
export function connectionLost(error: unknown): PassingFault {
  const code = systemCode((error as { cause?: unknown }).cause) ?? systemCode(error);
  return new PassingFault(
    `The connection to the store broke${code === undefined ? '' : ` (${code})`}.`,
    null,
    {
      cause: error,
    },
  );
}

function rangeStart(contentRange: string | null, offset: number, size: number): number {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(contentRange ?? '') ?? [];
  if (start === undefined || Number(start) !== offset || (total !== '*' && Number(total) !== size))
    throw changed();
  return offset;
}

function waitOf(headers: Headers): number | null {
  const seconds = headers.get('retry-after');
  return seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) * 1_000 : null;
}

function changed(): ArchiveChanged {
  return new ArchiveChanged('The store has another archive than the one that was begun.');
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
