'use client';
import { useEffect } from 'react';
import { useLonghaul } from '../context.js';
import { isActive } from '../store/is-active.js';
import { useUiState } from './use-download-ui.js';
import { useDownloads } from './use-downloads.js';

/**
 * Shows progress in the title of the tab: of the download in the modal, else of the newest that goes on, else of the
 * newest result with a toast. Gives the title back afterwards.
 */
export function useDownloadTitle(): void {
  const { messages, locale } = useLonghaul();
  const { downloads } = useDownloads();
  const shown = useUiState((state) => state.shown);
  const toasts = useUiState((state) => state.toasts);
  const subject =
    downloads.find(({ id }) => id === shown) ??
    downloads.find(isActive) ??
    downloads.find(({ id }) => toasts.includes(id));
  const title =
    subject &&
    messages.tabTitle({ state: subject.state, name: subject.name, progress: subject.progress ?? 0 }, locale);
  useEffect(() => {
    if (!title) return undefined;
    const before = document.title;
    document.title = title;
    return () => {
      if (document.title === title) document.title = before;
    };
  }, [title]);
}
