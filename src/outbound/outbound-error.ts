/** Why a request brought no answer. */
export type OutboundFailure = 'refused' | 'timeout' | 'unreachable' | 'too-large';

/**
 * A request to somewhere else that brought no answer. The message is plain and fit for anybody: it holds nothing of the
 * URL or of what came back, and there is no cause, for Node's errors carry raw bytes of the answer along.
 */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';

  constructor(
    readonly failure: OutboundFailure,
    message: string,
    /** Of the system or of Node, as `ECONNREFUSED`. */
    readonly code?: string,
  ) {
    super(message);
  }
}

const PLAIN: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'its name does not resolve at the moment',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
};

/** Any error of Node's HTTP client as one that can be shown. */
export function asOutboundError(error: unknown): OutboundError {
  if (error instanceof OutboundError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  // What request-filtering-agent says; its errors have no type of their own.
  if (/ is not allowed\. /.test(message)) return addressRefused();
  if (!code) return new OutboundError('unreachable', 'the connection failed');
  const reason =
    PLAIN[code] ?? (/CERT|SSL|TLS|SELF_SIGNED/.test(code) ? 'TLS failed' : 'the connection failed');
  return new OutboundError('unreachable', `${reason} (${code})`, code);
}

/** The name of a URL leads to an address that may not be called. */
export function addressRefused(): OutboundError {
  return new OutboundError('refused', 'its name leads into a private or reserved network');
}
