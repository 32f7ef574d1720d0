import { type SigningSecrets, TokenSigner } from '../../secrets/signed-token.js';
import type { KeyMarks } from './principal.js';

/** Time to open a sign-in link. Short, because an address ends up in histories. */
const LINK_LIFETIME_MS = 60_000;

/** The signed-in user, and the key. */
export interface SignedInUser {
  userId: string;
  /** Mark of the key; null where credentials end by themselves. */
  keyMark: string | null;
}

interface Claim extends SignedInUser {
  /** Milliseconds since 1970. The token is invalid from this moment on. */
  expiresAt: number;
}

/**
 * Issues and verifies the sign-ins of browsers, as values of a cookie, and the tickets of sign-in links. Servers that share
 * their secrets share the sign-ins, because nothing is stored.
 */
export class SignIns {
  private readonly cookies: TokenSigner<Claim>;
  private readonly tickets: TokenSigner<Claim>;

  /**
   * @param keys undefined where credentials end by themselves.
   * @param now a clock, in milliseconds since 1970.
   * @throws RangeError when a secret has fewer than 32 characters.
   */
  constructor(
    secrets: SigningSecrets,
    readonly ttlMs: number,
    private readonly keys: KeyMarks | undefined,
    private readonly now: () => number = Date.now,
  ) {
    this.cookies = new TokenSigner('longhaul browser sign-in v1', secrets);
    this.tickets = new TokenSigner('longhaul sign-in link v1', secrets);
  }

  /** Makes the user of a request that a key or token authenticated. */
  userOf(userId: string, key: string | undefined): SignedInUser {
    return { userId, keyMark: this.keys && key !== undefined ? this.keys.markOf(key) : null };
  }

  /** Returns the value of a cookie. */
  issueCookie(user: SignedInUser): string {
    return this.cookies.sign({ ...user, expiresAt: this.now() + this.ttlMs });
  }

  issueTicket(user: SignedInUser): { ticket: string; expiresAt: string } {
    const expiresAt = this.now() + LINK_LIFETIME_MS;
    return {
      ticket: this.tickets.sign({ ...user, expiresAt }),
      expiresAt: new Date(expiresAt).toISOString(),
    };
  }

  /** Returns the user of a cookie; undefined when it is invalid or expired, or when its key was removed. */
  verifyCookie(value: string): Promise<SignedInUser | undefined> {
    return this.current(this.cookies.verify(value));
  }

  /** Returns the user of a sign-in link, like `verifyCookie`. */
  verifyTicket(ticket: string): Promise<SignedInUser | undefined> {
    return this.current(this.tickets.verify(ticket));
  }

  private async current(claim: Claim | null): Promise<SignedInUser | undefined> {
    if (!claim || this.now() >= claim.expiresAt) return undefined;
    const { userId, keyMark } = claim;
    // A sign-in of another AUTH_MODE does not count.
    const isValid = this.keys ? keyMark !== null && (await this.keys.has(userId, keyMark)) : keyMark === null;
    return isValid ? { userId, keyMark } : undefined;
  }
}
