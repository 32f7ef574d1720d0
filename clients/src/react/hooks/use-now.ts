'use client';
import { useCallback, useSyncExternalStore } from 'react';

const SECOND_MS = 1_000;

/** Looks twice a second, so that no second is passed over. */
const LOOK_MS = 500;

/** Returns the time, in whole seconds before the given one, and renders again each second until then. */
export function useNow(until: number): number {
  const read = useCallback(() => until - secondsUntil(until) * SECOND_MS, [until]);
  const subscribe = useCallback(
    (listener: () => void) => {
      if (Date.now() >= until) return () => {};
      const timer = setInterval(() => {
        listener();
        if (Date.now() >= until) clearInterval(timer);
      }, LOOK_MS);
      return () => clearInterval(timer);
    },
    [until],
  );
  return useSyncExternalStore(subscribe, read, read);
}

function secondsUntil(time: number): number {
  return Math.max(0, Math.ceil((time - Date.now()) / SECOND_MS));
}
