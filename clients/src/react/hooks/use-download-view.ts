'use client';
import { useMemo } from 'react';
import type { Download } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { EXPLAINED_AFTER_MS } from '../view/connection.js';
import { describe } from '../view/describe.js';
import type { DownloadView } from '../view/view.js';
import type { DownloadActions } from './use-download-actions.js';
import { useUiState } from './use-download-ui.js';
import { useNow } from './use-now.js';

/** Describes a download, again each second while a countdown runs. */
export function useDownloadView(download: Download, { own }: Partial<DownloadActions> = {}): DownloadView {
  const { messages, locale, onSignIn } = useLonghaul();
  const since = useUiState(({ brokenSince }) => brokenSince.get(download.id));
  const now = useNow(
    Math.max(download.canRetryAt ?? 0, since === undefined ? 0 : since + EXPLAINED_AFTER_MS),
  );
  const canSignIn = onSignIn !== undefined;
  const reconnectingMs = since === undefined ? 0 : now - since;
  return useMemo(() => {
    const { isConfirming, ...known } = own ?? {};
    const options = { locale, now, isConfirming, canSignIn, reconnectingMs };
    return describe({ ...download, ...known }, messages, options);
  }, [download, own, messages, locale, now, canSignIn, reconnectingMs]);
}
