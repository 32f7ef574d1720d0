import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ERRORS, LonghaulError } from '../../contract/errors.js';
import { problemText } from './problems.js';

/** What Node calls its errors. What is not here broke the rules of HTTP. */
const CAUSES: Record<string, LonghaulError> = {
  ERR_HTTP_REQUEST_TIMEOUT: new LonghaulError(
    'REQUEST_INCOMPLETE',
    'The request did not arrive whole in time. Send it again.',
  ),
  HPE_HEADER_OVERFLOW: new LonghaulError(
    'HEADERS_TOO_LARGE',
    'The headers are larger than 16 KiB, the address included. Send fewer, or shorter ones.',
  ),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new LonghaulError(
    'BODY_TOO_LARGE',
    'The extensions of the chunks are too large. Send none.',
  ),
};

const NOT_HTTP = new LonghaulError(
  'INVALID_REQUEST',
  'This is not valid HTTP/1.1. Is the body as long as Content-Length says, and every chunk as its size?',
);

/**
 * Answers what the parser makes no request of, or only half of one, as the application answers every other error: it is
 * never asked, or waits for a body that does not come. Node itself would answer without a body.
 */
export function answerBrokenRequests(server: Server): void {
  const latest = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (req: IncomingMessage, res: ServerResponse) => void latest.set(req.socket, res));
  server.on('clientError', (error: NodeJS.ErrnoException, duplex: Duplex) => {
    const socket = duplex as Socket;
    // More of it came, while the answer to it goes out.
    if (socket.writableEnded) return;
    const res = latest.get(socket);
    if (error.code === 'ECONNRESET' || !socket.writable || (res && isAnswered(res))) {
      socket.destroy(error);
      return;
    }
    socket.write(answerTo(CAUSES[error.code ?? ''] ?? NOT_HTTP, idOf(res)));
    socket.destroySoon();
  });
}

/** Whether another answer would be taken for more of this one, or for one to a request that was not made. */
function isAnswered({ headersSent, writableEnded, req }: ServerResponse): boolean {
  return headersSent && !(writableEnded && req.complete);
}

/** That of the request that is under way; one that was answered has had its own. */
function idOf(res: ServerResponse | undefined): string {
  const given = res && !res.headersSent ? res.getHeader('x-request-id') : undefined;
  return typeof given === 'string' ? given : randomUUID();
}

/** All of an answer, for there is no `ServerResponse` that could write it. */
function answerTo(error: LonghaulError, requestId: string): string {
  const { status } = ERRORS[error.code];
  const body = problemText(undefined, error, requestId);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Date: ${new Date().toUTCString()}`,
    `x-request-id: ${requestId}`,
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
