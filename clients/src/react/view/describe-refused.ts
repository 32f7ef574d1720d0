import type { ErrorCode } from '../../client/index.js';
import { action, isAboutSelection, retryAction, type Scene } from './scene.js';
import type { DownloadView, ViewAction } from './view.js';

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
  const { messages } = scene;
  const change = action('change-selection', messages.changeSelection());
  if (isAboutSelection(code)) return [change];
  return [retryAction(scene), change];
}
