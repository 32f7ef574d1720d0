import type { LinkOptions } from '../storage/object-store.js';
import type { JobSnapshot } from '../contract/types.js';

/** What signs links: the object store, seen from the API. */
export interface LinkSigner {
  signedLink(key: string, options: LinkOptions): Promise<string>;
}

/**
 * A link to the archive of a completed job, signed now: no link is kept anywhere, so none can have run out already.
 * @param baseUrl where this API is reached, for stores whose links lead back to it.
 */
export async function archiveLink(
  signer: LinkSigner,
  { archive, archiveKey }: JobSnapshot,
  ttlSeconds: number,
  baseUrl: string,
): Promise<string | null> {
  if (!archive || !archiveKey) return null;
  const { name: fileName, contentType } = archive;
  const link = await signer.signedLink(archiveKey, { fileName, contentType, expiresInSeconds: ttlSeconds });
  return link.startsWith('/') ? `${baseUrl}${link}` : link;
}
