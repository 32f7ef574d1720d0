import { createHash, timingSafeEqual } from 'node:crypto';
import { isUserId } from './credentials.js';

/** An entry `user=sha256:HEX` and its location. Errors name the location, never the content. */
export interface ApiKeyEntry {
  place: string;
  text: string;
}

interface ApiKey {
  userId: string;
  /** SHA-256 of the key. Keys themselves are never stored. */
  digest: Buffer;
}

/** Thrown for invalid entries, with one problem per entry. */
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

/** Maps API keys to users. A user may have several keys, so that a key can be rotated without downtime. */
export class ApiKeys {
  private constructor(private readonly keys: readonly ApiKey[]) {}

  /** @throws ApiKeysError that names the location of every invalid entry. */
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

  /** Finds the user of a key. Compares every key in constant time, so that timing reveals nothing about a guess. */
  ownerOf(presented: string): string | undefined {
    // Node decodes header bytes as Latin-1.
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
