import { isActive } from '../store/is-active.js';
import { action, type Scene } from './scene.js';
import type { DownloadView } from './view.js';

/** A shorter break is not worth a sentence. */
export const EXPLAINED_AFTER_MS = 10_000;

/** Adds what the connection changes: a badge and its sentence. The last numbers stay. */
export function connectionOf(
  view: DownloadView,
  { download, messages, options }: Scene,
): Partial<DownloadView> {
  if (!isActive(download)) return {};
  switch (download.connection) {
    case 'offline':
      return { badge: messages.offline(), details: [messages.offlineDetail()], isMuted: true };
    case 'reconnecting': {
      const isLong = (options.reconnectingMs ?? 0) >= EXPLAINED_AFTER_MS;
      const isExplained = isLong && download.canRetryAt === null;
      return {
        badge: messages.reconnecting(),
        details: isExplained ? [messages.reconnectingDetail()] : view.details,
        isMuted: true,
      };
    }
    case 'signed-out':
      return {
        headline: messages.signedOut(),
        details: [messages.signedOutDetail()],
        problem: null,
        // A bar without numbers would only wait.
        bar: view.bar?.percent == null ? null : view.bar,
        actions: [action('sign-in', options.canSignIn ? messages.signIn() : messages.tryAgain())],
        isMuted: true,
      };
    default:
      return {};
  }
}
