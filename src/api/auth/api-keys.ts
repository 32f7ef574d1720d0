import { createHash, timingSafeEqual } from 'node:crypto';
import { isUserId } from './user-id.js';

/** `user=sha256:HEX`, and where it stands: errors tell the place, never the content. */
export interface ApiKeyEntry {
  place: string;
  text: string;
}

interface ApiKey {
  userId: string;
  /** SHA-256 of the key: keys themselves are kept nowhere. */
  digest: Buffer;
}

/** Thrown for entries that are wrong, one line for each. */
export class ApiKeysError extends Error {
  override readonly name = 'ApiKeysError';

  constructor(
    readonly problems: readonly string[],
    options?: { cause: unknown },
  ) {
    super(problems.join('; '), options);
  }
}

const ENTRY = /^([^=]+)=sha256:([0-9a-f]{64})$/i;

/** Who owns which key; a user may have several, so that keys are changed without a gap. */
export class ApiKeys {
  private constructor(private readonly keys: readonly ApiKey[]) {}

  /** @throws ApiKeysError naming the place of every entry that is wrong. */
  static parse(entries: readonly ApiKeyEntry[]): ApiKeys {
    const problems: string[] = [];
    const byDigest = new Map<string, ApiKey>();
    for (const { place, text } of entries) {
      const key = parseEntry(text);
      const earlier = key && byDigest.get(key.digest.toString('hex'));
      if (!key) problems.push(`${place} must be user=sha256:HEX, the SHA-256 of a key in 64 hex digits`);
      else if (earlier && earlier.userId !== key.userId)
        problems.push(`${place} has the key of another user`);
      else byDigest.set(key.digest.toString('hex'), key);
    }
    if (problems.length > 0) throw new ApiKeysError(problems);
    return new ApiKeys([...byDigest.values()]);
  }

  /** Whose key this is. Looks at every key, in a time that does not tell how much of a guess was right. */
  ownerOf(presented: string): string | undefined {
    // Header values are bytes, which Node hands out as Latin-1.
    const digest = createHash('sha256').update(presented, 'latin1').digest();
    let owner: string | undefined;
    for (const key of this.keys) if (timingSafeEqual(key.digest, digest)) owner = key.userId;
    return owner;
  }
}

function parseEntry(text: string): ApiKey | undefined {
  const [, name = '', hex = ''] = ENTRY.exec(text) ?? [];
  const userId = name.trim();
  return isUserId(userId) ? { userId, digest: Buffer.from(hex, 'hex') } : undefined;
}
