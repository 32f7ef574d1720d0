import { action, isAboutSelection, lines, problemOf, retryAction, type Scene } from './scene.js';
import type { DownloadView } from './view.js';
import { withoutFiles } from './without-files.js';

/** A job that ended without an archive. */
export function describeFailed(scene: Scene): Partial<DownloadView> {
  const { download, messages, locale } = scene;
  const { error, name, request, attempts = 0 } = download;
  const without = withoutFiles(request, error);
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
    actions: [
      ...(without
        ? [action('retry-without', messages.tryAgainWithout(error?.fileIds.length ?? 0, locale))]
        : []),
      ...(error && isAboutSelection(error.code) ? [] : [retryAction(scene)]),
      action('dismiss', messages.dismiss()),
    ],
  };
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
