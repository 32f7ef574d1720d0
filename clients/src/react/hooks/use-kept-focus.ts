'use client';
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/**
 * Keeps the keyboard in a group of buttons. A pressed button often disappears; the group then takes the focus, otherwise
 * the keyboard would begin again at the top of the page.
 */
export function useKeptFocus(group: RefObject<HTMLElement | null>): void {
  const focused = useRef<EventTarget | null>(null);
  useEffect(() => {
    const remember = ({ target }: FocusEvent) => (focused.current = target);
    const element = group.current;
    element?.addEventListener('focusin', remember);
    return () => element?.removeEventListener('focusin', remember);
  }, [group]);
  // After every render, because each may remove the button.
  useLayoutEffect(() => {
    const button = focused.current;
    if (!(button instanceof Element) || button.isConnected) return;
    focused.current = null;
    const { activeElement, body } = document;
    if (activeElement === body || activeElement?.tagName === 'DIALOG') group.current?.focus();
  });
}
