import { useEffect, useRef } from 'react';

/** By key, or `mod+key` for Ctrl and ⌘. */
export type Shortcuts = Readonly<Record<string, () => void>>;

const OFF = 'longhaul:shortcuts-off';

/** True unless this browser has turned off the shortcuts of one key. */
export function hasSingleKeys(): boolean {
  try {
    return localStorage.getItem(OFF) === null;
  } catch {
    return true;
  }
}

/** Speech input types words, and each letter would act. */
export function setSingleKeys(isOn: boolean): void {
  try {
    if (isOn) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, '1');
  } catch {
    // Without storage they stay on.
  }
}

/** Listens to keys of the whole page, but not while a person types or a dialog is open. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.altKey || document.querySelector('dialog[open]')) return;
      const mod = event.ctrlKey || event.metaKey;
      const action = latest.current[`${mod ? 'mod+' : ''}${event.key.toLowerCase()}`];
      const isTyping = matches(event.target, mod ? TEXT : `${TEXT}, select`) && event.key !== 'Enter';
      if (!action || isTyping || (!mod && !hasSingleKeys())) return;
      event.preventDefault();
      action();
    }
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}

/** Fields that have their own Ctrl+A. */
const TEXT = 'input, textarea, [contenteditable]';

function matches(target: EventTarget | null, selector: string): boolean {
  return target instanceof Element && target.matches(selector);
}
