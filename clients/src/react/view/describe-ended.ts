import { action, lines, retryAction, type Scene } from './scene.js';
import type { DownloadView } from './view.js';
import { withoutFiles } from './without-files.js';

/** A job that ended without an archive. */
export function describeFailed(scene: Scene): Partial<DownloadView> {
  const { download, messages, options, locale } = scene;
  const { error, name, attempts = 0 } = download;
  const without = withoutFiles(options.request, error);
  return {
    headline: messages.failed(),
    summary: messages.hasFailed(name),
    tone: 'failed',
    problem: error ? messages.failure(error) : null,
    facts: lines(
      attempts > 1 && messages.attempts(attempts, locale),
      error && messages.supportNumber(error.supportId),
    ),
    details: [],
    actions: [
      ...(without
        ? [action('retry-without', messages.tryAgainWithout(error?.fileIds.length ?? 0, locale))]
        : []),
      retryAction(scene),
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
export function describeExpired({ download, messages, locale }: Scene): Partial<DownloadView> {
  const { startedAt, completedAt, expiresAt } = download;
  return {
    headline: messages.expired(),
    problem: null,
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
