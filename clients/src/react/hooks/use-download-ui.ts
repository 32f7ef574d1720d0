'use client';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { useLonghaul } from '../context.js';
import { isActive } from '../store/is-active.js';
import type { UiState } from '../store/ui-state.js';

/** The parts that are open, and functions that open and close them. */
export interface DownloadUi {
  /** Id of the download whose modal is open. */
  shown: string | null;
  /** Opens the modal of a download. */
  show: (id: string) => void;
  /** Closes the modal. The download goes on, as a toast. */
  minimise: () => void;
  drawerOpen: boolean;
  setDrawerOpen: (open: boolean) => void;
}

/** Reads and changes which parts are open. */
export function useDownloadUi(): DownloadUi {
  const { ui } = useLonghaul();
  const shown = useUiState((state) => state.shown);
  const drawerOpen = useUiState((state) => state.drawerOpen);
  const minimise = useMinimise();
  return useMemo(
    () => ({ shown, drawerOpen, minimise, show: ui.show, setDrawerOpen: ui.setDrawerOpen }),
    [shown, drawerOpen, minimise, ui],
  );
}

/** Returns a value of the state of the parts. Renders again only if it differs. */
export function useUiState<T>(select: (state: UiState) => T): T {
  const { ui } = useLonghaul();
  const read = () => select(ui.read());
  return useSyncExternalStore(ui.subscribe, read, read);
}

/** Returns a function that closes the modal, and raises a toast unless the download has ended. */
export function useMinimise(): () => void {
  const { ui, downloads } = useLonghaul();
  return useCallback(() => {
    const { shown } = ui.read();
    if (shown === null) return;
    ui.hide();
    const download = downloads.get(shown);
    if (download && isActive(download)) ui.openToast(shown);
  }, [ui, downloads]);
}
