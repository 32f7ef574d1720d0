'use client';
import { type ReactNode, useRef } from 'react';
import type { DownloadActions } from '../hooks/use-download-actions.js';
import { useKeptFocus } from '../hooks/use-kept-focus.js';
import type { ViewAction } from '../view/view.js';

export interface ActionButtonsProps {
  actions: readonly ViewAction[];
  run: DownloadActions['run'];
  /** Name of the download, for screen readers, where several are on the page. */
  about?: string | undefined;
  /** A button before the others. */
  first?: ReactNode;
  /** More buttons, at the end. */
  children?: ReactNode;
}

/** Renders the actions of a download. */
export function ActionButtons({ actions, run, about, first, children }: ActionButtonsProps) {
  const group = useRef<HTMLDivElement>(null);
  useKeptFocus(group);
  return (
    <div ref={group} className="lh-actions" tabIndex={-1}>
      {first}
      {actions.map(({ action, label, isEnabled, isQuiet }, index) => (
        <button
          key={action}
          type="button"
          className={index === 0 && !isQuiet ? 'lh-action lh-action-main' : 'lh-action'}
          data-action={action}
          aria-label={about && `${label}: ${about}`}
          // A disabled button would lose the focus when a countdown begins.
          aria-disabled={!isEnabled || undefined}
          onClick={() => isEnabled && run(action)}
        >
          {label}
        </button>
      ))}
      {children}
    </div>
  );
}
