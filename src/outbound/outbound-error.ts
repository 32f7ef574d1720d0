/** Why a request has no response. */
export type OutboundFailure = 'refused' | 'timeout' | 'unreachable' | 'too-large';

/**
 * A request to another server that has no usable response. The message may be shown to users: it contains nothing of the
 * URL or the response. There is no `cause`, because Node's errors carry raw bytes of the response.
 */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';

  constructor(
    readonly failure: OutboundFailure,
    message: string,
    /** Code of the system or of Node, such as `ECONNREFUSED`. */
    readonly code?: string,
  ) {
    super(message);
  }
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  ENOTFOUND: 'the host name does not exist',
  EAI_AGAIN: 'the host name cannot be resolved right now',
  EHOSTUNREACH: 'the host is unreachable',
  ENETUNREACH: 'the host is unreachable',
  EPROTO: 'the TLS handshake failed',
  ETIMEDOUT: 'the connection timed out',
};

/** Converts any error of Node's HTTP client to one that may be shown. */
export function asOutboundError(error: unknown): OutboundError {
  if (error instanceof OutboundError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  // The message of request-filtering-agent, whose errors have no type or code.
  if (/ is not allowed\. /.test(message)) return addressRefused();
  if (!code) return new OutboundError('unreachable', 'the connection failed');
  const reason =
    REASONS[code] ?? (/CERT|SSL|TLS|SELF_SIGNED/.test(code) ? 'TLS failed' : 'the connection failed');
  return new OutboundError('unreachable', `${reason} (${code})`, code);
}

/** Creates the error of a host name with an address that may not be called. */
export function addressRefused(): OutboundError {
  return new OutboundError('refused', 'the host name resolves to a private or reserved network');
}
