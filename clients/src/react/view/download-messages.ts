import type { DownloadState, ErrorCode, FileOutcome, InputError } from '../../client/index.js';
import { formatBytes, formatCountdown, formatDuration, formatNumber, formatTime, plural } from '../format.js';

/** The part of an error that its text needs. */
export interface FailureText {
  code: ErrorCode;
  /** The server's text. */
  message: string;
  /** Invalid fields of a request. */
  errors?: readonly InputError[];
}

/** All copy of downloads: the same words in button, modal, toast and drawer. */
export interface DownloadMessages {
  /** Label of a button that starts a download. */
  download(): string;
  myDownloads(): string;
  noDownloads(): string;
  downloadProgress(name: string): string;
  notifications(): string;

  /** One or two words beside the name, for a row of a list. */
  stateWord(state: DownloadState): string;
  preparing(): string;
  waiting(): string;
  queuePosition(position: number, locale: string): string;
  startsByItself(): string;
  downloading(files: number, locale: string): string;
  /** The present step of a running download. `message` is the server's text. */
  step(progress: { message: string; filesProcessed: number; totalFiles: number }, locale: string): string;
  /** @param total null while the size is unknown. */
  bytes(done: number, total: number | null, locale: string): string;
  speed(bytesPerSecond: number, locale: string): string;
  timeLeft(seconds: number, locale: string): string;
  percent(value: number, locale: string): string;
  percentSpoken(value: number, locale: string): string;
  filesSpoken(done: number, total: number, locale: string): string;
  attempt(number: number, locale: string): string;
  /** @param ms time without news; 0 if unknown. */
  silent(ms: number, locale: string): string;
  packaging(): string;
  almostReady(): string;

  ready(): string;
  readyWithout(skipped: number, locale: string): string;
  isReady(name: string): string;
  isReadyWithout(name: string, skipped: number, locale: string): string;
  files(count: number, locale: string): string;
  size(bytes: number, locale: string): string;
  keptUntil(time: string, locale: string): string;
  /** @param kind as the server names it: `sha256` or `crc32`. */
  checksum(kind: string): string;
  saving(): string;
  handedOver(): string;
  skippedFile(file: FileOutcome): { name: string; reason: string };
  manifest(): string;
  skippedFiles(): string;
  moreFiles(count: number, locale: string): string;
  loadingNames(): string;
  namesFailed(): string;

  failed(): string;
  hasFailed(name: string): string;
  attempts(count: number, locale: string): string;
  supportNumber(id: string): string;
  cancelling(): string;
  cancelled(): string;
  nothingSaved(): string;
  cancelQuestion(bytes: number, locale: string): string;
  expired(): string;
  /** @param keptForMs lifetime of the archive. @param buildSeconds duration of its build. Null if unknown. */
  expiredDetail(keptForMs: number | null, buildSeconds: number | null, locale: string): string;
  gone(): string;
  goneDetail(): string;

  offline(): string;
  offlineDetail(): string;
  reconnecting(): string;
  reconnectingDetail(): string;
  signedOut(): string;
  signedOutDetail(): string;
  /** The same beside the name, for a row of a list. */
  signedOutWord(): string;
  startsAfterSignIn(): string;

  /** Headline of a refused start. */
  refused(failure: FailureText): string;
  /** Text of any failure: of a start, a job or a save. By default the server's text for codes that it does not know. */
  failure(failure: FailureText): string;
  /** A start that is repeated by itself. */
  busyUntil(ms: number): string;
  /** The same, while no time is known. */
  startWaits(): string;

  minimise(): string;
  close(): string;
  cancel(): string;
  keepGoing(): string;
  cancelDownload(): string;
  save(): string;
  saveAgain(): string;
  dismiss(): string;
  tryAgain(): string;
  /** Label while the server asks to wait. */
  tryAgainIn(ms: number): string;
  leaveOut(files: number, locale: string): string;
  startAgain(): string;
  removeFromList(): string;
  changeSelection(): string;
  signIn(): string;
  show(): string;
  copy(): string;
  copied(): string;
  copyList(): string;
  tellMe(): string;
  willTell(): string;

  /** Title of the tab. Null keeps the title of the page. */
  tabTitle(download: { state: DownloadState; name: string; progress: number }, locale: string): string | null;
}

const files = (count: number, locale: string) => plural(count, { one: 'file', other: 'files' }, locale);

/** Reasons of the codes about one file. */
const REASONS: Record<string, string> = {
  FILE_NOT_FOUND: 'not found',
  FILE_CHANGED: 'changed while reading',
  FILE_FORBIDDEN: 'access denied',
  FILE_ARCHIVED: 'archived',
  FILE_TOO_LARGE: 'too large',
  FILE_UNREADABLE: 'could not be read',
};

const REFUSALS: Record<string, string> = {
  TOO_MANY_JOBS: 'Too many downloads',
  JOB_TOO_LARGE: 'Too much selected',
  FILE_LIST_TOO_LARGE: 'Too many files selected',
  NO_FILES_AVAILABLE: 'No file is available',
  INVALID_REQUEST: 'The request is not valid',
};

const BUSY = new Set<ErrorCode>(['RATE_LIMITED', 'REQUEST_TIMEOUT', 'JOB_ENDING', 'TEMPORAL_UNAVAILABLE']);

const FAILURES: Record<string, string> = {
  NETWORK: 'The server could not be reached. Check your connection.',
  TIMEOUT: 'The server did not answer in time.',
};

const STATE_WORDS: Record<string, string> = {
  starting: 'Preparing…',
  refused: 'Not started',
  gone: 'No longer known',
  queued: 'Waiting',
  completed: 'Ready',
  failed: 'Failed',
  cancelled: 'Cancelled',
  expired: 'Expired',
};

/** States whose word is the title of the tab. */
const TITLES = new Set(['starting', 'queued', 'cancelled', 'expired']);

export const englishDownloads: DownloadMessages = {
  download: () => 'Download',
  myDownloads: () => 'My downloads',
  noDownloads: () => 'No downloads yet',
  downloadProgress: (name) => `Progress of ${name}`,
  notifications: () => 'Download notifications',

  stateWord: (state) => STATE_WORDS[state] ?? '',
  preparing: () => 'Preparing your download…',
  waiting: () => 'Waiting…',
  queuePosition: (position, locale) => `You are number ${formatNumber(position, locale)} of your downloads.`,
  startsByItself: () => 'Starts by itself.',
  downloading: (count, locale) => `Downloading ${files(count, locale)}`,
  step: ({ message }) => message,
  bytes: (done, total, locale) =>
    total === null
      ? formatBytes(done, locale)
      : `${formatBytes(done, locale)} of ${formatBytes(total, locale)}`,
  speed: (bytes, locale) => `${formatBytes(bytes, locale)}/s`,
  timeLeft: (seconds, locale) => `about ${formatDuration(seconds, locale)} left`,
  percent: (value, locale) => `${formatNumber(value, locale)} %`,
  percentSpoken: (value, locale) => `${formatNumber(value, locale)} percent`,
  filesSpoken: (done, total, locale) => `${formatNumber(done, locale)} of ${files(total, locale)}`,
  attempt: (number, locale) =>
    `Attempt ${formatNumber(number, locale)} of this step. The one before did not finish.`,
  silent: (ms, locale) =>
    `No news ${ms > 0 ? `for ${formatDuration(ms / 1_000, locale)}` : 'at the moment'}. It goes on as soon as the server answers.`,
  packaging: () => 'Packaging download',
  almostReady: () => 'Almost ready.',

  ready: () => 'Download ready',
  readyWithout: (skipped, locale) => `Ready, without ${files(skipped, locale)}`,
  isReady: (name) => `${name} is ready`,
  isReadyWithout: (name, skipped, locale) => `${name} is ready, without ${files(skipped, locale)}`,
  files,
  size: formatBytes,
  keptUntil: (time, locale) => `kept until ${formatTime(time, locale)}`,
  checksum: (kind) => kind.toUpperCase().replace(/\d/, '-$&'),
  saving: () => 'Saving starts now.',
  handedOver: () => 'Handed to your browser. Not in your downloads?',
  skippedFile: ({ name, fileId, error }) => ({
    name: name ?? String(fileId),
    reason: REASONS[error?.code ?? ''] ?? error?.message ?? 'left out',
  }),
  manifest: () => 'Also listed in _manifest.json inside.',
  skippedFiles: () => 'Files that are not in the archive',
  moreFiles: (count, locale) => `and ${files(count, locale)} more`,
  loadingNames: () => 'Loading the names…',
  namesFailed: () => 'The names could not be loaded.',

  failed: () => 'Download failed',
  hasFailed: (name) => `${name} failed`,
  attempts: (count, locale) => plural(count, { one: 'attempt', other: 'attempts' }, locale),
  supportNumber: (id) => `support number ${id}`,
  cancelling: () => 'Cancelling…',
  cancelled: () => 'Cancelled',
  nothingSaved: () => 'Nothing was saved.',
  cancelQuestion: (bytes, locale) => `${formatBytes(bytes, locale)} is done. Cancel this download?`,
  expired: () => 'Archive expired',
  expiredDetail: (keptForMs, buildSeconds, locale) =>
    [
      keptForMs === null ? '' : `Archives are kept for ${keptFor(keptForMs, locale)}.`,
      buildSeconds === null ? '' : `Starting again takes about ${formatDuration(buildSeconds, locale)}.`,
    ]
      .filter(Boolean)
      .join(' '),
  gone: () => 'No longer known',
  goneDetail: () => 'This download was removed or belongs to another account.',

  offline: () => 'Offline',
  offlineDetail: () => 'Your download continues on the server. Reconnecting by itself.',
  reconnecting: () => 'Reconnecting…',
  reconnectingDetail: () => 'The server is restarting. Your download continues.',
  signedOut: () => 'Please sign in again',
  signedOutDetail: () => 'Your downloads continue meanwhile.',
  signedOutWord: () => 'Signed out',
  startsAfterSignIn: () => 'Your download starts after that.',

  refused: ({ code }) => REFUSALS[code] ?? (BUSY.has(code) ? 'Busy' : 'The download did not start'),
  failure: ({ code, message, errors = [] }) =>
    errors.length > 0
      ? errors.map(({ path, message: reason }) => `${path}: ${reason}`).join(' ')
      : (FAILURES[code] ?? (code === 'JOB_TOO_LARGE' ? inUnits(message) : message)),
  busyUntil: (ms) => `Busy. Trying again in ${formatCountdown(ms)}.`,
  startWaits: () => 'No answer yet. Trying again…',

  minimise: () => 'Minimise',
  close: () => 'Close',
  cancel: () => 'Cancel',
  keepGoing: () => 'Keep going',
  cancelDownload: () => 'Cancel download',
  save: () => 'Save',
  saveAgain: () => 'Save again',
  dismiss: () => 'Dismiss',
  tryAgain: () => 'Try again',
  tryAgainIn: (ms) => `Try again in ${formatCountdown(ms)}`,
  leaveOut: (count, locale) => (count === 1 ? 'Leave it out' : `Leave out ${files(count, locale)}`),
  startAgain: () => 'Start again',
  removeFromList: () => 'Remove from list',
  changeSelection: () => 'Change selection',
  signIn: () => 'Sign in',
  show: () => 'Show',
  copy: () => 'Copy',
  copied: () => 'Copied',
  copyList: () => 'Copy list',
  tellMe: () => 'Tell me when it is ready',
  willTell: () => 'You will be told',

  tabTitle({ state, name, progress }, locale) {
    if (state === 'running' || state === 'processing_artifacts')
      return `${formatNumber(progress, locale)}% · ${name}`;
    if (state === 'completed') return `✓ ${name}`;
    if (state === 'failed') return `✗ ${name}`;
    return TITLES.has(state) ? STATE_WORDS[state]! : null;
  },
};

/** Lifetimes are shown in hours, as operators set them. */
function keptFor(ms: number, locale: string): string {
  const hours = ms / 3_600_000;
  return hours >= 1
    ? plural(Math.round(hours), { one: 'hour', other: 'hours' }, locale)
    : formatDuration(ms / 1_000, locale);
}

/** The server tells sizes in bytes, as `120000000000`. */
function inUnits(message: string): string {
  return message.replaceAll(/\d{4,}( bytes)?/g, (bytes) => formatBytes(Number.parseInt(bytes)));
}
