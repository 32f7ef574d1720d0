'use client';
import type { Download } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { EXPLAINED_AFTER_MS } from '../view/connection.js';
import { describe } from '../view/describe.js';
import type { DownloadView } from '../view/view.js';
import type { DownloadActions } from './use-download-actions.js';
import { useUiState } from './use-download-ui.js';
import { useNow } from './use-now.js';

/** Describes a download, again each second while a countdown runs. */
export function useDownloadView(
  download: Download,
  { isConfirming, problem }: Partial<DownloadActions> = {},
): DownloadView {
  const { messages, locale, downloads, onSignIn } = useLonghaul();
  const { cancelling, saving, brokenSince } = useUiState();
  const { id, canRetryAt } = download;
  const since = brokenSince.get(id);
  const now = useNow(Math.max(canRetryAt ?? 0, since === undefined ? 0 : since + EXPLAINED_AFTER_MS));
  return describe(download, messages, {
    locale,
    now,
    isConfirming,
    problem,
    request: downloads.requests.get(id),
    isCancelling: cancelling.includes(id),
    isSaving: saving.includes(id),
    canSignIn: onSignIn !== undefined,
    reconnectingMs: since === undefined ? 0 : now - since,
  });
}
