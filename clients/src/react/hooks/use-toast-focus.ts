'use client';
import { type RefObject, useEffect, useRef } from 'react';

/**
 * Keeps the keyboard where it is useful when a toast goes, also when its modal closes: in the next toast, else where the
 * keyboard came from. The browser would begin at the top of the page.
 */
export function useToastFocus(section: RefObject<HTMLElement | null>, shown: string | null): void {
  const focused = useRef<Element | null>(null);
  const before = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const element = section.current;
    const remember = ({ target, relatedTarget }: FocusEvent) => {
      focused.current = target as Element;
      if (!(relatedTarget instanceof HTMLElement) || element?.contains(relatedTarget)) return;
      if (!relatedTarget.closest('dialog')) before.current = relatedTarget;
    };
    element?.addEventListener('focusin', remember);
    return () => element?.removeEventListener('focusin', remember);
  }, [section]);
  // After every render, because each may remove a toast.
  useEffect(() => {
    if (shown !== null || !focused.current || focused.current.isConnected) return;
    focused.current = null;
    // After the modal has closed, which takes the focus away too.
    setTimeout(() => {
      const { activeElement, body } = document;
      // A closed dialog keeps the focus until the next frame.
      if (activeElement !== body && !activeElement?.closest('dialog:not([open])')) return;
      const next = section.current?.querySelector<HTMLElement>('.lh-actions');
      (next ?? (before.current?.isConnected ? before.current : section.current))?.focus();
    });
  });
}
