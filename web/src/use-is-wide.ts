import { useSyncExternalStore } from 'react';

/** The width from which page.css shows the downloads at the side. */
const wide = matchMedia('(width >= 900px)');

/** True if there is room for the downloads at the side. Two lists of them would cost twice. */
export function useIsWide(): boolean {
  return useSyncExternalStore(subscribe, () => wide.matches);
}

function subscribe(listener: () => void): () => void {
  wide.addEventListener('change', listener);
  return () => wide.removeEventListener('change', listener);
}
