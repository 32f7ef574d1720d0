'use client';
import { useEffect } from 'react';
import { useLonghaul } from '../context.js';

/** Tells the other parts that a part of this kind is on the page. */
export function usePresence(kind: 'lists' | 'modals'): void {
  const { ui } = useLonghaul();
  useEffect(() => ui.enter(kind), [ui, kind]);
}
