'use client';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { Download, FileId } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { useStart } from './use-start.js';

/** All downloads of this browser. */
export interface DownloadsState {
  /** Newest first. */
  downloads: readonly Download[];
  /** The same, by id. */
  jobs: ReadonlyMap<string, Download>;
  /** Starts a download of these files. Refusals are the state `refused` of the result. */
  startDownload: (fileIds: readonly FileId[]) => Download;
}

const NONE: readonly Download[] = [];

/** Follows all downloads of this browser. Renders again at most 4 times a second. */
export function useDownloads(): DownloadsState {
  const { all } = useLonghaul();
  const downloads = useSyncExternalStore(all.subscribe, all.read, () => NONE);
  const jobs = useMemo(() => new Map(downloads.map((download) => [download.id, download])), [downloads]);
  const start = useStart();
  const startDownload = useCallback(
    (fileIds: readonly FileId[]) => start({ fileIds: [...fileIds] }),
    [start],
  );
  return useMemo(() => ({ downloads, jobs, startDownload }), [downloads, jobs, startDownload]);
}
