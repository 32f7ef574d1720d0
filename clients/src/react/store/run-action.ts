import type { Download } from '../../client/index.js';
import type { LonghaulContext } from '../context.js';
import type { DownloadAction } from '../view/view.js';
import { withoutFiles } from '../view/without-files.js';

/** Does what a button of a download says. `pending` and `failure` of the download tell how it goes. */
export function runAction(
  { downloads, ui, onSignIn }: LonghaulContext,
  { id, request, error }: Download,
  action: DownloadAction,
): void {
  switch (action) {
    case 'cancel':
    case 'confirm-cancel':
      downloads.cancel(id).catch(keptInDownload);
      return;
    case 'save':
      downloads.save(id).catch(keptInDownload);
      return;
    case 'retry':
      downloads.retry(id).catch(keptInDownload);
      return;
    case 'retry-without': {
      const rest = withoutFiles(request, error);
      if (!rest) return;
      ui.replace(id, downloads.start(rest).id);
      dismiss();
      return;
    }
    case 'sign-in':
      if (onSignIn) onSignIn();
      else void downloads.resume();
      return;
    case 'dismiss':
    case 'change-selection':
      dismiss();
      return;
    case 'keep-going':
      return;
  }

  function dismiss(): void {
    if (ui.read().shown === id) ui.hide();
    ui.closeToast(id);
    downloads.dismiss(id);
  }
}

function keptInDownload(): void {}
