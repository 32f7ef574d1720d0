import { LonghaulError } from '../../contract/errors.js';
import { type SigningSecrets, TokenSigner } from '../../secrets/signed-token.js';

/** Long enough to open a stream, and to reopen it after the connection breaks. */
const LIFETIME_SECONDS = 600;

interface Claim {
  jobId: string;
  userId: string;
  /** Seconds since 1970. The ticket is invalid from this second on. */
  expiresAt: number;
}

/**
 * Issues and verifies short-lived permissions to stream one job. Browsers need them because WebSocket and EventSource
 * cannot send an Authorization header.
 */
export class StreamTickets {
  private readonly signer: TokenSigner<Claim>;

  /**
   * @param now a clock, in milliseconds since 1970.
   * @throws RangeError when a secret has fewer than 32 characters.
   */
  constructor(
    secrets: SigningSecrets,
    private readonly now: () => number = Date.now,
  ) {
    this.signer = new TokenSigner('longhaul stream ticket v1', secrets);
  }

  issue(jobId: string, userId: string): string {
    const expiresAt = Math.floor(this.now() / 1_000) + LIFETIME_SECONDS;
    return this.signer.sign({ jobId, userId, expiresAt });
  }

  /**
   * Returns the user to whom a ticket for this job was issued.
   * @throws LonghaulError UNAUTHENTICATED, with the same message for every fault, so that a forger learns nothing.
   */
  verify(ticket: string, jobId: string): string {
    const claim = this.signer.verify(ticket);
    if (claim === null || claim.jobId !== jobId || this.now() / 1_000 >= claim.expiresAt) {
      throw new LonghaulError(
        'UNAUTHENTICATED',
        'The ticket is not valid or has expired. Get a new streamUrl or eventsUrl from the job status.',
      );
    }
    return claim.userId;
  }
}
