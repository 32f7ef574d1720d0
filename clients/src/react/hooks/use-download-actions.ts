'use client';
import { useCallback, useState } from 'react';
import type { Download } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { createActions } from '../store/actions.js';
import type { FailureText } from '../view/download-messages.js';
import type { DownloadAction } from '../view/view.js';

/** Cancelling more than this asks first. */
const ASKED_BYTES = 100e6;

/** The buttons of one download. */
export interface DownloadActions {
  run: (action: DownloadAction) => void;
  /** The user is asked before a cancellation. */
  isConfirming: boolean;
  /** Failure of the last action. */
  problem: FailureText | null;
}

/** Returns the actions of a download, with the question before a cancellation. */
export function useDownloadActions(download: Download): DownloadActions {
  const context = useLonghaul();
  const [isConfirming, setConfirming] = useState(false);
  const [problem, setProblem] = useState<FailureText | null>(null);
  const run = useCallback(
    (action: DownloadAction) => {
      const asks = action === 'cancel' && (download.bytesProcessed ?? 0) > ASKED_BYTES;
      setConfirming(asks);
      setProblem(null);
      if (!asks) void createActions(context, download)[action]().then(setProblem);
    },
    [context, download],
  );
  return { run, isConfirming, problem };
}
