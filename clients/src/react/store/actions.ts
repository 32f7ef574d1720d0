import { type Download, LonghaulError } from '../../client/index.js';
import type { LonghaulContext } from '../context.js';
import type { DownloadAction } from '../view/view.js';
import { withoutFiles } from '../view/without-files.js';

type Action = () => Promise<void> | void;

/** Makes failures of an action its result. */
const safely = (run: Action) => async (): Promise<LonghaulError | null> => {
  try {
    await run();
    return null;
  } catch (failure) {
    return isLate(failure) ? null : asFailure(failure);
  }
};

/** Returns each action of a download. It resolves with its failure, or null. */
export function createActions(
  { downloads, ui, onSignIn }: LonghaulContext,
  { id, error }: Download,
): Record<DownloadAction, () => Promise<LonghaulError | null>> {
  const cancel = marked('cancelling', () => downloads.cancel(id));
  const retry = () => downloads.retry(id);

  function marked(list: 'cancelling' | 'saving', run: () => Promise<void>): Action {
    return async () => {
      ui.mark(list, id, true);
      await run().finally(() => ui.mark(list, id, false));
    };
  }

  function dismiss(): void {
    if (ui.read().shown === id) ui.hide();
    ui.closeToast(id);
    downloads.dismiss(id);
  }

  function retryWithout(): void {
    const request = withoutFiles(downloads.requests.get(id), error);
    if (!request) return;
    const next = downloads.start(request);
    if (ui.read().shown === id) ui.show(next.id);
    else ui.openToast(next.id);
    dismiss();
  }

  return {
    cancel: safely(cancel),
    'confirm-cancel': safely(cancel),
    'keep-going': safely(() => {}),
    save: safely(marked('saving', () => downloads.save(id))),
    dismiss: safely(dismiss),
    'change-selection': safely(dismiss),
    retry: safely(retry),
    'retry-without': safely(retryWithout),
    'sign-in': safely(() => (onSignIn ? onSignIn() : downloads.resume())),
  };
}

/** The job ended before its cancellation, or was started again by another tab: its new state tells. */
function isLate(failure: unknown): boolean {
  return failure instanceof LonghaulError && failure.code === 'JOB_ALREADY_FINISHED';
}

function asFailure(failure: unknown): LonghaulError {
  if (failure instanceof LonghaulError) return failure;
  return new LonghaulError('BAD_ANSWER', failure instanceof Error ? failure.message : String(failure));
}
