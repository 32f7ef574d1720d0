import type { Download } from '../../client/index.js';
import type { LonghaulContext } from '../context.js';
import type { DownloadAction } from '../view/view.js';
import { requestWithoutLost } from './load-outcomes.js';

/**
 * Does what a button of a download says. `pending` and `failure` of the download tell how it goes.
 * @throws LonghaulError if the files to leave out could not be loaded.
 */
export async function runAction(
  { client, downloads, ui, onSignIn }: LonghaulContext,
  download: Download,
  action: DownloadAction,
): Promise<void> {
  const { id } = download;
  switch (action) {
    case 'cancel':
    case 'save':
    case 'retry':
      downloads[action](id).catch(keptInDownload);
      return;
    case 'confirm-cancel':
      downloads.cancel(id).catch(keptInDownload);
      return;
    case 'retry-without':
      ui.replace(id, downloads.start(await requestWithoutLost(client, download)).id);
      dismiss();
      return;
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
