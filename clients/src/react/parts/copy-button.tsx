'use client';
import { useState } from 'react';
import { useLonghaul } from '../context.js';

/**
 * Copies a text. Pages without https have no clipboard: then the text is selected, so that one key copies it.
 * @param source the element that shows the text.
 */
export function CopyButton({
  label,
  text,
  source,
}: {
  label: string;
  text: () => string | Promise<string>;
  source: () => Element | null;
}) {
  const { messages } = useLonghaul();
  const [isCopied, setCopied] = useState(false);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(await text());
      setCopied(true);
    } catch {
      const element = source();
      if (element) getSelection()?.selectAllChildren(element);
    }
  }

  return (
    <button type="button" className="lh-action lh-copy" onClick={() => void copy()}>
      {isCopied ? messages.copied() : label}
    </button>
  );
}
