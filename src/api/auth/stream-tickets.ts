import { createHmac, timingSafeEqual } from 'node:crypto';
import { LonghaulError } from '../../contract/errors.js';

/** Long enough to open a stream, and to open it again after a broken connection. */
const LIFETIME_SECONDS = 600;

/** Goes into every signature, so that none made for another purpose with the same secret opens a stream. */
const PURPOSE = 'longhaul stream ticket v1\n';

interface Claim {
  jobId: string;
  userId: string;
  /** Seconds since 1970 from which on the ticket is worth nothing. */
  expiresAt: number;
}

/**
 * Short-lived permissions to stream one job, for browsers cannot send headers with WebSocket and EventSource: the claim
 * as JSON in base64url, a dot, and its HMAC-SHA256.
 */
export class StreamTickets {
  /**
   * @param secrets the first signs, all are good to verify with: so they are rotated.
   * @param now a clock in milliseconds since the epoch.
   */
  constructor(
    private readonly secrets: readonly [string, ...string[]],
    private readonly now: () => number = Date.now,
  ) {}

  issue(jobId: string, userId: string): string {
    const expiresAt = Math.floor(this.now() / 1_000) + LIFETIME_SECONDS;
    const payload = Buffer.from(JSON.stringify({ jobId, userId, expiresAt } satisfies Claim)).toString(
      'base64url',
    );
    return `${payload}.${macOf(this.secrets[0], payload)}`;
  }

  /**
   * The user for whom a ticket of this job was issued.
   * @throws LonghaulError UNAUTHENTICATED, the same for every fault: nobody learns which part of a forgery was right.
   */
  verify(ticket: string, jobId: string): string {
    const [payload = '', mac = ''] = ticket.split('.', 2);
    const signed = this.secrets.some((secret) => isEqual(mac, macOf(secret, payload)));
    // Never parse what is not proved to be our own.
    if (ticket !== `${payload}.${mac}` || !signed) throw ticketInvalid();
    const claim = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claim;
    if (claim.jobId !== jobId || this.now() / 1_000 >= claim.expiresAt) throw ticketInvalid();
    return claim.userId;
  }
}

function macOf(secret: string, payload: string): string {
  return createHmac('sha256', secret).update(PURPOSE).update(payload).digest('base64url');
}

/** In a time that does not tell how many characters were right. */
function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function ticketInvalid(): LonghaulError {
  const message = 'The ticket is not valid or has run out. Take streamUrl or eventsUrl from a new status.';
  return new LonghaulError('UNAUTHENTICATED', message);
}
