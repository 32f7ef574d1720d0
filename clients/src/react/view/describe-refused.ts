import type { ErrorCode } from '../../client/index.js';
import { action, retryAction, type Scene } from './scene.js';
import type { DownloadView, ViewAction } from './view.js';

/** The same request would be refused again. */
const ABOUT_THE_SELECTION: ReadonlySet<ErrorCode> = new Set([
  'INVALID_REQUEST',
  'JOB_TOO_LARGE',
  'FILE_LIST_TOO_LARGE',
  'BODY_TOO_LARGE',
  'NO_FILES_AVAILABLE',
]);

/** A start that the server did not accept. */
export function describeRefused(scene: Scene): Partial<DownloadView> {
  const { download, messages } = scene;
  const { failure } = download;
  if (!failure) return { tone: 'failed' };
  const headline = messages.refused(failure);
  return {
    headline,
    summary: `${download.name}: ${headline}`,
    tone: 'failed',
    problem: messages.failure(failure),
    details: [],
    actions: actionsOf(failure.code, scene),
  };
}

function actionsOf(code: ErrorCode, scene: Scene): ViewAction[] {
  const { messages, options } = scene;
  const change = action('change-selection', messages.changeSelection());
  if (ABOUT_THE_SELECTION.has(code)) return [change];
  if (code === 'UNAUTHENTICATED' && options.canSignIn) {
    return [action('sign-in', messages.signIn()), retryAction(scene), change];
  }
  return [retryAction(scene), change];
}
