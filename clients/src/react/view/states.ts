import { describeCompleted } from './describe-completed.js';
import { describeCancelled, describeExpired, describeFailed, describeGone } from './describe-ended.js';
import { describeProcessing, describeQueued, describeRunning, describeStarting } from './describe-active.js';
import { describeRefused } from './describe-refused.js';
import type { Scene } from './scene.js';
import type { DownloadView } from './view.js';

/** The description of each state. States that later servers add show the server's text. */
export const STATES: Readonly<Record<string, (scene: Scene) => Partial<DownloadView>>> = {
  starting: describeStarting,
  refused: describeRefused,
  gone: describeGone,
  queued: describeQueued,
  running: describeRunning,
  processing_artifacts: describeProcessing,
  completed: describeCompleted,
  failed: describeFailed,
  cancelled: describeCancelled,
  expired: describeExpired,
};
