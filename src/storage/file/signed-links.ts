import { LonghaulError } from '../../contract/errors.js';
import { type SigningSecrets, TokenSigner } from '../../secrets/signed-token.js';

/** The object that a link opens, and for how long. */
export interface LinkClaim {
  key: string;
  fileName: string;
  contentType: string;
  /** Seconds since 1970. The link is invalid from this second on. */
  expiresAt: number;
}

/** Signs and verifies the tokens of download links. */
export class LinkTokens {
  private readonly signer: TokenSigner<LinkClaim>;

  /** @throws RangeError when a secret has fewer than 32 characters. */
  constructor(secrets: SigningSecrets) {
    this.signer = new TokenSigner('longhaul object link v1', secrets);
  }

  sign(claim: LinkClaim): string {
    return this.signer.sign(claim);
  }

  /**
   * Returns the claim of a token.
   * @param now seconds since 1970.
   * @throws LonghaulError LINK_INVALID, with the same message for every fault, so that a forger learns nothing;
   * LINK_EXPIRED when the signature is valid but `expiresAt` has passed.
   */
  verify(token: string, now: number): LinkClaim {
    const claim = this.signer.verify(token);
    if (claim === null) {
      throw new LonghaulError('LINK_INVALID', 'The link is not valid. Request a new one.');
    }
    if (now >= claim.expiresAt) {
      throw new LonghaulError(
        'LINK_EXPIRED',
        'The link has expired. Request a new one while the archive is kept.',
      );
    }
    return claim;
  }
}
