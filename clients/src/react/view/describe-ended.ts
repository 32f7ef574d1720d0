import { action, isAboutSelection, lines, problemOf, retryAction, type Scene } from './scene.js';
import type { DownloadView, ViewAction } from './view.js';

/** A job that ended without an archive. */
export function describeFailed(scene: Scene): Partial<DownloadView> {
  const { download, messages, locale } = scene;
  const { error, name, attempts = 0 } = download;
  return {
    headline: messages.failed(),
    summary: messages.hasFailed(name),
    tone: 'failed',
    problem: problemOf(scene) ?? (error ? messages.failure(error) : null),
    facts: lines(
      attempts > 1 && messages.attempts(attempts, locale),
      error && messages.supportNumber(error.supportId),
    ),
    details: [],
    actions: [...retries(scene), action('dismiss', messages.dismiss())],
  };
}

/** Another try, with all files or without the lost ones. The one that can help comes first. */
function retries(scene: Scene): ViewAction[] {
  const { download, messages, locale } = scene;
  const { error, totalFiles = 0 } = download;
  const retry = retryAction(scene);
  if (error && isAboutSelection(error.code)) return [];
  const lost = error?.fileIds.length;
  if (!lost) return [retry];
  const without = lost < totalFiles ? [action('retry-without', messages.leaveOut(lost, locale))] : [];
  // The same files are lost again, unless the server says when to try.
  return error.retryAfterMs === null ? [...without, { ...retry, isQuiet: true }] : [retry, ...without];
}

/** A job that its user has cancelled. */
export function describeCancelled({ messages }: Scene): Partial<DownloadView> {
  return {
    headline: messages.cancelled(),
    details: [messages.nothingSaved()],
    actions: [action('retry', messages.startAgain()), action('dismiss', messages.dismiss())],
  };
}

/** A job whose archive was deleted. */
export function describeExpired(scene: Scene): Partial<DownloadView> {
  const { download, messages, locale } = scene;
  const { startedAt, completedAt, expiresAt } = download;
  return {
    headline: messages.expired(),
    // The headline tells this one.
    problem: download.failure?.code === 'JOB_EXPIRED' ? null : problemOf(scene),
    details: lines(
      messages.expiredDetail(between(completedAt, expiresAt), buildSeconds(startedAt, completedAt), locale),
    ),
    actions: [action('retry', messages.startAgain()), action('dismiss', messages.dismiss())],
  };
}

/** A job that the server does not know. */
export function describeGone({ messages }: Scene): Partial<DownloadView> {
  return {
    headline: messages.gone(),
    problem: null,
    details: [messages.goneDetail()],
    actions: [action('dismiss', messages.removeFromList())],
  };
}

function buildSeconds(from?: string | null, to?: string | null): number | null {
  const ms = between(from, to);
  return ms === null ? null : Math.max(1, Math.round(ms / 1_000));
}

function between(from?: string | null, to?: string | null): number | null {
  return from && to ? Date.parse(to) - Date.parse(from) : null;
}
