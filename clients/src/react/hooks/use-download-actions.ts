'use client';
import { useCallback, useState } from 'react';
import type { Download } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { runAction } from '../store/run-action.js';
import type { DownloadAction } from '../view/view.js';

/** Cancelling more than this asks first. */
const ASKED_BYTES = 100e6;

/** The buttons of one download. */
export interface DownloadActions {
  run: (action: DownloadAction) => void;
  /** The user is asked before a cancellation. */
  isConfirming: boolean;
}

/** Returns the actions of a download, with the question before a cancellation. */
export function useDownloadActions(download: Download): DownloadActions {
  const context = useLonghaul();
  const [isConfirming, setConfirming] = useState(false);
  const run = useCallback(
    (action: DownloadAction) => {
      const asks = action === 'cancel' && (download.bytesProcessed ?? 0) > ASKED_BYTES;
      setConfirming(asks);
      if (!asks) runAction(context, download, action);
    },
    [context, download],
  );
  return { run, isConfirming };
}
