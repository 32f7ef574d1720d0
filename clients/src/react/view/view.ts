/** A button of a download. */
export type DownloadAction =
  | 'cancel'
  | 'confirm-cancel'
  | 'keep-going'
  | 'save'
  | 'dismiss'
  | 'retry'
  | 'retry-without'
  | 'change-selection'
  | 'sign-in';

/** One button: its action and its label. */
export interface ViewAction {
  action: DownloadAction;
  label: string;
  /** False while the server asks to wait. */
  isEnabled: boolean;
  /** True if nobody has to press it. */
  isQuiet: boolean;
}

/** A download in words: every part renders this, so all of them say the same. */
export interface DownloadView {
  headline: string;
  /** One or two words, beside the name: `45 %`, `Ready`. */
  state: string;
  /** One sentence with the name of the archive, for toasts, live regions and notifications. */
  summary: string;
  /** `Offline` or `Reconnecting…`; null while connected. */
  badge: string | null;
  tone: 'busy' | 'ok' | 'failed' | 'idle';
  /** Null without a bar; its `percent` is null while unknown. */
  bar: { percent: number | null; text: string } | null;
  /** Numbers, in the order of their importance. */
  facts: readonly string[];
  /** Sentences. */
  details: readonly string[];
  /** The most important detail, for a row of a list. */
  line: string;
  /** Why it failed, or why the last action did. */
  problem: string | null;
  /** Checksum of the archive, as `sha256:…` or `crc32:…`. */
  checksum: string | null;
  /** Files that the archive does not contain. */
  skipped: number;
  /** The first one is the main action. */
  actions: readonly ViewAction[];
  /** Title of the tab; null keeps that of the page. */
  title: string | null;
  /** True if the numbers may be out of date. */
  isMuted: boolean;
}
