import { action, lines, type Scene } from './scene.js';
import { EXPLAINED_AFTER_MS } from './connection.js';
import type { DownloadView } from './view.js';

/** A shorter wait is over before its countdown was read. */
const COUNTED_FROM_MS = 5_000;

/** A start that is not accepted yet. The client repeats it by itself. */
export function describeStarting(scene: Scene): Partial<DownloadView> {
  const { download, messages, options, now } = scene;
  const wait = (download.canRetryAt ?? 0) - now;
  const isLong = (options.reconnectingMs ?? 0) >= EXPLAINED_AFTER_MS;
  return {
    headline: messages.preparing(),
    state: messages.stateWord('starting'),
    tone: 'busy',
    bar: { percent: null, text: messages.preparing() },
    facts: [],
    details: lines(wait > COUNTED_FROM_MS ? messages.busyUntil(wait) : isLong && messages.startWaits()),
    problem: null,
    // A retry is of a job that has ended.
    ...(download.pending === 'retry' ? {} : cancelling(scene)),
  };
}

/** A job that waits for others. */
export function describeQueued(scene: Scene): Partial<DownloadView> {
  const { download, messages, locale } = scene;
  const { queuePosition } = download;
  return {
    headline: messages.waiting(),
    details: lines(
      queuePosition && messages.queuePosition(queuePosition, locale),
      messages.startsByItself(),
      silence(scene),
    ),
    ...cancelling(scene),
  };
}

/** A job that reads its files. */
export function describeRunning(scene: Scene): Partial<DownloadView> {
  const { download, messages, locale } = scene;
  const { message = '', filesProcessed = 0, totalFiles = 0, attempts = 0, secondsLeft } = download;
  const step = messages.step({ message, filesProcessed, totalFiles }, locale);
  return {
    ...progress(scene),
    headline: messages.downloading(totalFiles, locale),
    details: lines(step, attempts > 1 && messages.attempt(attempts, locale), silence(scene)),
    line: silence(scene) || lines(step, secondsLeft && messages.timeLeft(secondsLeft, locale)).join(' · '),
    ...cancelling(scene),
  };
}

/** A job that completes its archive. */
export function describeProcessing(scene: Scene): Partial<DownloadView> {
  const { messages } = scene;
  return {
    ...progress(scene),
    headline: messages.packaging(),
    details: lines(messages.almostReady(), silence(scene)),
    ...cancelling(scene),
  };
}

/** Actions of a job that goes on, or its end that is under way. */
function cancelling({ download, messages, options, locale }: Scene): Partial<DownloadView> {
  if (download.pending === 'cancel') {
    const word = messages.cancelling();
    return { headline: word, state: word, details: [], line: '', actions: [] };
  }
  if (!options.isConfirming) return { actions: [action('cancel', messages.cancel())] };
  return {
    details: [messages.cancelQuestion(download.bytesProcessed ?? 0, locale)],
    line: '',
    actions: [
      action('keep-going', messages.keepGoing()),
      action('confirm-cancel', messages.cancelDownload()),
    ],
  };
}

function silence({ download, messages, locale }: Scene): string | false {
  const { silentForMs, stale } = download;
  return (silentForMs > 0 || stale === true) && messages.silent(silentForMs, locale);
}

/** The bar and the numbers. */
function progress({ download, messages, locale }: Scene) {
  const { progress: percent = 0, filesProcessed = 0, totalFiles = 0, secondsLeft, bytesPerSecond } = download;
  const { bytesProcessed = 0, bytesTotal = null } = download;
  const state = messages.percent(percent, locale);
  const left = secondsLeft && messages.timeLeft(secondsLeft, locale);
  const spoken = lines(
    messages.percentSpoken(percent, locale),
    messages.filesSpoken(filesProcessed, totalFiles, locale),
    left,
  );
  return {
    state,
    bar: { percent, text: spoken.join(', ') },
    facts: lines(
      state,
      (bytesProcessed > 0 || bytesTotal !== null) && messages.bytes(bytesProcessed, bytesTotal, locale),
      bytesPerSecond && messages.speed(bytesPerSecond, locale),
      left,
    ),
  };
}
