'use client';
import { useCallback, useState } from 'react';
import type { Download, LonghaulError } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { runAction } from '../store/run-action.js';
import type { DownloadAction } from '../view/view.js';

/** Cancelling more than this asks first. */
const ASKED_BYTES = 100e6;

/** The buttons of one download. */
export interface DownloadActions {
  run: (action: DownloadAction) => void;
  /** How an action goes, if only this part knows. `isConfirming`: the user is asked before a cancellation. */
  own: Partial<Pick<Download, 'pending' | 'failure'>> & { isConfirming?: boolean };
}

/** Returns the actions of a download, with the question before a cancellation. */
export function useDownloadActions(download: Download): DownloadActions {
  const context = useLonghaul();
  const [own, setOwn] = useState<DownloadActions['own']>({});
  const run = useCallback(
    (action: DownloadAction) => {
      if (action === 'cancel' && (download.bytesProcessed ?? 0) > ASKED_BYTES) {
        setOwn({ isConfirming: true });
        return;
      }
      setOwn(action === 'retry-without' ? { pending: 'retry' } : {});
      runAction(context, download, action).catch((failure: LonghaulError) => setOwn({ failure }));
    },
    [context, download],
  );
  return { run, own };
}
