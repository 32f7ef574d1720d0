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

/** Hashes the SHA-256 of a key once more, because the settings hold the SHA-256. */
function markOfDigest(digest: Buffer): string {
  return createHash('sha256').update(digest).digest('base64url');
}

function digestOf(presented: string): Buffer {
  // Node decodes header bytes as Latin-1.
  return createHash('sha256').update(presented, 'latin1').digest();
}

/** Returns the mark of a key, see `ApiKeys.hasMark`. */
export function markOfKey(presented: string): string {
  return markOfDigest(digestOf(presented));
}

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
    const digest = digestOf(presented);
    let owner: string | undefined;
    for (const key of this.keys) if (timingSafeEqual(key.digest, digest)) owner = key.userId;
    return owner;
  }

  /** True if the user has the key of this mark. */
  hasMark(userId: string, mark: string): boolean {
    return this.keys.some((key) => key.userId === userId && markOfDigest(key.digest) === mark);
  }
}

function parseEntry(text: string): ApiKey | undefined {
  const [, name = '', hex = ''] = ENTRY.exec(text) ?? [];
  const userId = name.trim();
  return isUserId(userId) ? { userId, digest: Buffer.from(hex, 'hex') } : undefined;
}
