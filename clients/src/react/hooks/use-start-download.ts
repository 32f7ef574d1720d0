'use client';
import { useCallback, useRef, useState } from 'react';
import type { Download, DownloadRequest, LonghaulError } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { isActive } from '../store/is-active.js';
import { useDownload } from './use-download.js';
import { useStart } from './use-start.js';

/** The download that a button of yours has started. */
export interface StartDownload {
  /** Starts a download. While `isLoading`, it returns the present one: a double click starts one job. */
  start: (request: DownloadRequest) => Download;
  current: Download | undefined;
  /** True from the click until the download ends. */
  isLoading: boolean;
  /** Why the start was refused, or saving failed. */
  error: LonghaulError | null;
}

/** Starts downloads one after another, for a button of your own. */
export function useStartDownload(): StartDownload {
  const begin = useStart();
  const { downloads, ui } = useLonghaul();
  const [id, setId] = useState<string | null>(null);
  const latest = useRef<string | null>(null);
  const current = useDownload(id);
  const start = useCallback(
    (request: DownloadRequest) => {
      // Read from the store, because two clicks may come before the next render.
      const present = latest.current === null ? undefined : downloads.get(ui.present(latest.current));
      if (present && isActive(present)) return present;
      const download = begin(request);
      latest.current = download.id;
      setId(download.id);
      return download;
    },
    [begin, downloads, ui],
  );
  return {
    start,
    current,
    isLoading: current !== undefined && isActive(current),
    error: current?.failure ?? null,
  };
}
