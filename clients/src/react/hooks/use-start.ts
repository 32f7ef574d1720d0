'use client';
import { useCallback } from 'react';
import type { Download, DownloadRequest } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { isActive } from '../store/is-active.js';

/**
 * Returns a function that starts a download and raises its toast. A request whose key has a download already takes that
 * one up: its archive is saved again, or it is started again.
 */
export function useStart(): (request: DownloadRequest) => Download {
  const { downloads, ui } = useLonghaul();
  return useCallback(
    (request) => {
      const { clientRequestId } = request;
      const present = clientRequestId === undefined ? undefined : downloads.get(clientRequestId);
      if (present && !isActive(present)) {
        const again =
          present.state === 'completed' ? downloads.save(present.id) : downloads.retry(present.id);
        again.catch(() => {
          // The parts show `failure`.
        });
      }
      const download = downloads.start(request);
      ui.openToast(download.id);
      return download;
    },
    [downloads, ui],
  );
}
