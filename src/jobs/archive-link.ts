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

/** Slowest transfer that a link outlasts, in bytes a second: browsers resume on the signed address. */
const SLOWEST_TRANSFER = 256 * 1_024;

/** S3 signs links for at most seven days. The other stores follow, so that a change of store changes no lifetime. */
const MAX_LIFETIME_SECONDS = 7 * 24 * 3_600;

export interface ArchiveLinkOptions {
  method?: 'GET' | 'HEAD';
  /** Shortest lifetime of a link. The link of a large archive lives for as long as a slow transfer takes. */
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
  const { name: fileName, contentType, size } = archive;
  // S3 signs links for at least one second.
  const secondsLeft = Math.max(1, Math.floor((Date.parse(expiresAt(snapshot)) - now) / 1_000));
  const wantedSeconds = Math.max(ttlSeconds, Math.ceil(size / SLOWEST_TRANSFER));
  const expiresInSeconds = Math.min(wantedSeconds, secondsLeft, MAX_LIFETIME_SECONDS);
  const link = await signer.signedLink(archiveKey, { method, fileName, contentType, expiresInSeconds });
  return link.startsWith('/') ? `${baseUrl}${link}` : link;
}
