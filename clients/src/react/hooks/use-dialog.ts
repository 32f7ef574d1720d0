'use client';
import { type RefObject, useEffect, useRef } from 'react';

/** Opens and closes a modal `<dialog>`. The browser keeps the focus in it, and gives it back. */
export function useDialog(isOpen: boolean): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    if (isOpen && !current?.open) {
      current?.showModal();
      // Not the first button: a repeated Enter would press it.
      current?.focus();
    }
    if (!isOpen && current?.open) current.close();
  }, [isOpen]);
  return dialog;
}
