import type { Download, DownloadRequest } from '../../client/index.js';
import type { DownloadMessages, FailureText } from './download-messages.js';
import type { DownloadAction, ViewAction } from './view.js';

/** Facts that a download itself does not tell. */
export interface DescribeOptions {
  locale?: string | undefined;
  /** The present time, for countdowns. */
  now?: number | undefined;
  /** The request, if this page has started the download. Needed for “Try again without it”. */
  request?: DownloadRequest | undefined;
  /** The user has cancelled, and the server has not answered yet. */
  isCancelling?: boolean | undefined;
  /** The user is asked before a cancellation. */
  isConfirming?: boolean | undefined;
  /** The archive is being handed to the browser. */
  isSaving?: boolean | undefined;
  /** True if the page can open a sign-in. */
  canSignIn?: boolean | undefined;
  /** Time since the connection broke. */
  reconnectingMs?: number | undefined;
  /** Failure of the last action. */
  problem?: FailureText | null | undefined;
}

/** Everything that a description reads. */
export interface Scene {
  download: Download;
  messages: DownloadMessages;
  options: DescribeOptions;
  locale: string;
  now: number;
}

/** Returns a button that can be pressed. */
export function action(name: DownloadAction, label: string): ViewAction {
  return { action: name, label, isEnabled: true };
}

/** Returns the retry button: it counts down while the server asks to wait. */
export function retryAction({ download: { canRetryAt }, messages, now }: Scene): ViewAction {
  const wait = (canRetryAt ?? 0) - now;
  if (wait <= 0) return action('retry', messages.tryAgain());
  return { action: 'retry', label: messages.tryAgainIn(wait), isEnabled: false };
}

/** Returns the lines that are not empty. */
export function lines(...texts: (string | 0 | false | null | undefined)[]): string[] {
  return texts.filter((text): text is string => typeof text === 'string' && text !== '');
}
