import type { LinkOptions } from '../storage/object-store.js';
import type { JobSnapshot } from '../contract/snapshot.js';
import { expiresAt } from './status/download-status.js';

/** What signs links: the object store, seen from the API. */
export interface LinkSigner {
  signedLink(key: string, options: LinkOptions): Promise<string>;
}

/**
 * A link to the archive of a completed job, signed now: no link is kept anywhere, so none can have run out already. It
 * does not outlive the archive.
 * @param ttlSeconds how long the link is good for at most.
 * @param now milliseconds since the epoch.
 * @param baseUrl where this API is reached, for stores whose links lead back to it.
 */
export async function archiveLink(
  signer: LinkSigner,
  snapshot: JobSnapshot,
  ttlSeconds: number,
  baseUrl: string,
  now: number,
): Promise<string | null> {
  const { archive, archiveKey } = snapshot;
  if (!archive || !archiveKey) return null;
  const { name: fileName, contentType } = archive;
  // A second is the least that S3 signs for.
  const secondsLeft = Math.max(1, Math.floor((Date.parse(expiresAt(snapshot)) - now) / 1_000));
  const expiresInSeconds = Math.min(ttlSeconds, secondsLeft);
  const link = await signer.signedLink(archiveKey, { fileName, contentType, expiresInSeconds });
  return link.startsWith('/') ? `${baseUrl}${link}` : link;
}
