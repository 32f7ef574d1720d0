'use client';
import { useMemo, useSyncExternalStore } from 'react';
import type { Download } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { throttled } from '../store/throttle.js';
import { useUiState } from './use-download-ui.js';

/**
 * Follows one download, and after “Try again without it” the next one. Renders again at most 4 times a second.
 * @param id as in `Download.id`, or a job id. Without one, the result is undefined.
 */
export function useDownload(id: string | null | undefined): Download | undefined {
  const { downloads } = useLonghaul();
  const present = useUiState(({ replaced }) => id && (replaced.get(id) ?? id));
  const source = useMemo(
    () =>
      throttled({
        subscribe: (listener) => (present ? downloads.subscribe(listener, present) : () => {}),
        read: () => (present ? downloads.get(present) : undefined),
      }),
    [downloads, present],
  );
  return useSyncExternalStore(source.subscribe, source.read, () => undefined);
}
