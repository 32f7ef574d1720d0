import { action, lines, type Scene } from './scene.js';
import type { DownloadView } from './view.js';

/** A start that is not accepted yet. */
export function describeStarting({ download, messages, now }: Scene): Partial<DownloadView> {
  const wait = (download.canRetryAt ?? 0) - now;
  return {
    headline: messages.preparing(),
    bar: { percent: null, text: messages.preparing() },
    details: wait > 0 ? [messages.busyUntil(wait)] : [],
    problem: null,
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
  const { message = '', filesProcessed = 0, totalFiles = 0, attempts = 0 } = download;
  return {
    headline: messages.downloading(totalFiles, locale),
    bar: barOf(scene),
    facts: numbersOf(scene),
    details: lines(
      messages.step({ message, filesProcessed, totalFiles }, locale),
      attempts > 1 && messages.attempt(attempts, locale),
      silence(scene),
    ),
    ...cancelling(scene),
  };
}

/** A job that completes its archive. */
export function describeProcessing(scene: Scene): Partial<DownloadView> {
  const { messages } = scene;
  return {
    headline: messages.packaging(),
    bar: barOf(scene),
    facts: numbersOf(scene),
    details: lines(messages.almostReady(), silence(scene)),
    ...cancelling(scene),
  };
}

/** Actions of a job that goes on, or its end that is under way. */
function cancelling({ download, messages, options, locale }: Scene): Partial<DownloadView> {
  if (options.isCancelling) return { headline: messages.cancelling(), details: [], actions: [] };
  if (!options.isConfirming) return { actions: [action('cancel', messages.cancel())] };
  return {
    details: [messages.cancelQuestion(download.bytesProcessed ?? 0, locale)],
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

function numbersOf({ download, messages, locale }: Scene): string[] {
  const { progress = 0, bytesProcessed = 0, bytesTotal = null, bytesPerSecond, secondsLeft } = download;
  return lines(
    messages.percent(progress, locale),
    (bytesProcessed > 0 || bytesTotal !== null) && messages.bytes(bytesProcessed, bytesTotal, locale),
    bytesPerSecond && messages.speed(bytesPerSecond, locale),
    secondsLeft && messages.timeLeft(secondsLeft, locale),
  );
}

function barOf({ download, messages, locale }: Scene): DownloadView['bar'] {
  const { progress = 0, filesProcessed = 0, totalFiles = 0, secondsLeft } = download;
  const spoken = lines(
    messages.percentSpoken(progress, locale),
    messages.filesSpoken(filesProcessed, totalFiles, locale),
    secondsLeft && messages.timeLeft(secondsLeft, locale),
  );
  return { percent: progress, text: spoken.join(', ') };
}
