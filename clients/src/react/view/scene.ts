import type { Download, ErrorCode } from '../../client/index.js';
import type { DownloadMessages } from './download-messages.js';
import type { DownloadAction, ViewAction } from './view.js';

/** Facts that a download itself does not tell. */
export interface DescribeOptions {
  locale?: string | undefined;
  /** The present time, for countdowns. */
  now?: number | undefined;
  /** The user is asked before a cancellation. */
  isConfirming?: boolean | undefined;
  /** True if the page can open a sign-in. */
  canSignIn?: boolean | undefined;
  /** Time since the connection broke. */
  reconnectingMs?: number | undefined;
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
export function action(name: DownloadAction, label: string, isQuiet = name === 'cancel'): ViewAction {
  return { action: name, label, isEnabled: true, isQuiet };
}

/** Returns the retry button: it counts down while the server asks to wait. */
export function retryAction({ download: { canRetryAt }, messages, now }: Scene): ViewAction {
  const wait = (canRetryAt ?? 0) - now;
  if (wait <= 0) return action('retry', messages.tryAgain());
  return { action: 'retry', label: messages.tryAgainIn(wait), isEnabled: false, isQuiet: true };
}

/** Returns the lines that are not empty. */
export function lines(...texts: (string | 0 | false | null | undefined)[]): string[] {
  return texts.filter((text): text is string => typeof text === 'string' && text !== '');
}

/** Returns why the last action failed. */
export function problemOf({ download: { failure }, messages }: Scene): string | null {
  return failure && messages.failure(failure);
}

const ABOUT_THE_SELECTION: ReadonlySet<ErrorCode> = new Set([
  'INVALID_REQUEST',
  'JOB_TOO_LARGE',
  'FILE_LIST_TOO_LARGE',
  'BODY_TOO_LARGE',
  'NO_FILES_AVAILABLE',
]);

/** True if the same request would fail again. */
export function isAboutSelection(code: ErrorCode): boolean {
  return ABOUT_THE_SELECTION.has(code);
}
