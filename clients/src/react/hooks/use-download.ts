'use client';
import { useMemo, useSyncExternalStore } from 'react';
import type { Download } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { throttled } from '../store/throttle.js';

/**
 * Follows one download. Renders again at most 4 times a second.
 * @param id as in `Download.id`, or a job id. Without one, the result is undefined.
 */
export function useDownload(id: string | null | undefined): Download | undefined {
  const { downloads } = useLonghaul();
  const source = useMemo(
    () =>
      throttled({
        subscribe: (listener) => (id ? downloads.subscribe(listener, id) : () => {}),
        read: () => (id ? downloads.get(id) : undefined),
      }),
    [downloads, id],
  );
  return useSyncExternalStore(source.subscribe, source.read, () => undefined);
}
