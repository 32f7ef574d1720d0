import { createHmac, timingSafeEqual } from 'node:crypto';

const MIN_SECRET_LENGTH = 32;

/** Signing secrets, newest first: the first signs, all of them verify. To rotate, put the new secret first. */
export type SigningSecrets = readonly [string, ...string[]];

/**
 * Signs and verifies tokens: the claim as JSON in base64url, a dot, and its HMAC-SHA256 (RFC 2104) in base64url.
 * Tokens do not expire by themselves. A claim that must expire contains its expiry time, which the caller checks.
 */
export class TokenSigner<Claim extends object> {
  /**
   * @param purpose part of every signature, so that no token signed for another purpose is valid here.
   * @throws RangeError when a secret has fewer than 32 characters.
   */
  constructor(
    private readonly purpose: string,
    private readonly secrets: SigningSecrets,
  ) {
    if (secrets.some((secret) => secret.length < MIN_SECRET_LENGTH)) {
      throw new RangeError(`Every signing secret must have at least ${MIN_SECRET_LENGTH} characters`);
    }
  }

  sign(claim: Claim): string {
    const payload = Buffer.from(JSON.stringify(claim)).toString('base64url');
    return `${payload}.${this.macOf(payload, this.secrets[0])}`;
  }

  /** Returns the claim of a token, or null when no secret of this signer signed it for this purpose. */
  verify(token: string): Claim | null {
    const [payload = '', mac = ''] = token.split('.', 2);
    const isSigned = this.secrets.some((secret) => isEqual(mac, this.macOf(payload, secret)));
    // Verify before parsing, so that only our own JSON reaches the parser.
    if (token !== `${payload}.${mac}` || !isSigned) return null;
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claim;
  }

  private macOf(payload: string, secret: string): string {
    return createHmac('sha256', secret).update(`${this.purpose}\n${payload}`).digest('base64url');
  }
}

/** Compares in constant time, otherwise the response time would reveal how many characters match. */
function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
