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
  const { connection } = download;
  const isStarting = download.state === 'starting';
  if (connection === 'signed-out') {
    const sentence = download.state === 'refused' ? messages.startsAfterSignIn() : messages.signedOutDetail();
    return {
      headline: messages.signedOut(),
      state: messages.signedOutWord(),
      tone: 'busy',
      details: [sentence],
      line: sentence,
      problem: null,
      // A bar without numbers would only wait.
      bar: view.bar?.percent == null ? null : view.bar,
      actions: [
        action('sign-in', options.canSignIn ? messages.signIn() : messages.tryAgain()),
        ...view.actions.filter(({ action: name }) => name === 'change-selection'),
      ],
      isMuted: true,
    };
  }
  if (!isActive(download)) return {};
  if (connection === 'offline') {
    const sentence = isStarting ? messages.startWaits() : messages.offlineDetail();
    return { badge: messages.offline(), details: [sentence], line: sentence, isMuted: true };
  }
  // A start that waits is told by its own details: the server may be there, and busy.
  if (connection !== 'reconnecting' || isStarting) return {};
  const isLong = (options.reconnectingMs ?? 0) >= EXPLAINED_AFTER_MS;
  const badge = messages.reconnecting();
  if (!isLong) return { badge, isMuted: true };
  const sentence = messages.reconnectingDetail();
  return { badge, details: [sentence], line: sentence, isMuted: true };
}
