import { createHmac, timingSafeEqual } from 'node:crypto';
import { LonghaulError } from '../../contract/errors.js';

const MIN_SECRET_LENGTH = 32;

/** Goes into every signature, so that none made for another purpose with the same secret opens a link. */
const PURPOSE = 'longhaul object link v1\n';

/** What a link allows. */
export interface LinkClaim {
  key: string;
  fileName: string;
  contentType: string;
  /** Seconds since 1970 from which on the link is dead. */
  expiresAt: number;
}

/** Makes and checks the tokens of links: the claim as JSON in base64url, a dot, and its HMAC-SHA256. */
export class LinkTokens {
  constructor(private readonly secret: string) {
    if (secret.length < MIN_SECRET_LENGTH) {
      throw new RangeError(`The secret that signs links must have at least ${MIN_SECRET_LENGTH} characters`);
    }
  }

  sign(claim: LinkClaim): string {
    const payload = Buffer.from(JSON.stringify(claim)).toString('base64url');
    return `${payload}.${this.macOf(payload)}`;
  }

  /**
   * The claim of a token.
   * @param now seconds since 1970.
   * @throws LonghaulError LINK_INVALID, the same for every fault: nobody learns which part of a forgery was right;
   * LINK_EXPIRED for one that was ours.
   */
  verify(token: string, now: number): LinkClaim {
    const [payload = '', mac = ''] = token.split('.', 2);
    // Never parse what is not proved to be our own.
    if (token !== `${payload}.${mac}` || !isEqual(mac, this.macOf(payload))) throw linkInvalid();
    const claim = JSON.parse(Buffer.from(payload, 'base64url').toString()) as LinkClaim;
    if (now >= claim.expiresAt) throw linkExpired();
    return claim;
  }

  private macOf(payload: string): string {
    return createHmac('sha256', this.secret).update(PURPOSE).update(payload).digest('base64url');
  }
}

/** In a time that does not tell how many characters were right. */
function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function linkInvalid(): LonghaulError {
  return new LonghaulError('LINK_INVALID', 'The link is not valid. Ask for a new one.');
}

function linkExpired(): LonghaulError {
  const message = 'The link has run out. Ask for a new one, as long as the archive is kept.';
  return new LonghaulError('LINK_EXPIRED', message);
}
