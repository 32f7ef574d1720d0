import type { LinkOptions } from '../storage/object-store.js';
import type { JobSnapshot } from '../contract/snapshot.js';
import type { JobView } from './jobs.js';
import { expiresAt } from './status/download-status.js';

/** The part of an object store that signs links. */
export interface LinkSigner {
  signedLink(key: string, options: LinkOptions): Promise<string>;
}

/** A view and the link to the archive of its job; null if there is none. */
export interface LinkedView {
  view: JobView;
  downloadUrl: string | null;
}

export interface ArchiveLinkOptions {
  method?: 'GET' | 'HEAD';
  /** Longest lifetime of the link. */
  ttlSeconds: number;
  /** Address of this API, for stores whose links lead to it. */
  baseUrl: string;
}

/**
 * Signs a link to the archive of a completed job. Links are stored nowhere, so none is expired when a client gets it. The
 * link expires no later than the archive.
 * @param now milliseconds since the epoch.
 */
export async function archiveLink(
  signer: LinkSigner,
  snapshot: JobSnapshot,
  { method = 'GET', ttlSeconds, baseUrl }: ArchiveLinkOptions,
  now: number,
): Promise<string | null> {
  const { archive, archiveKey } = snapshot;
  if (!archive || !archiveKey) return null;
  const { name: fileName, contentType } = archive;
  // S3 signs links for at least one second.
  const secondsLeft = Math.max(1, Math.floor((Date.parse(expiresAt(snapshot)) - now) / 1_000));
  const expiresInSeconds = Math.min(ttlSeconds, secondsLeft);
  const link = await signer.signedLink(archiveKey, { method, fileName, contentType, expiresInSeconds });
  return link.startsWith('/') ? `${baseUrl}${link}` : link;
}
