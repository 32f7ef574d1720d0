'use client';
import { createContext, useContext } from 'react';
import type { Download, LonghaulClient } from '../client/index.js';
import type { Messages } from './messages.js';
import type { LazyDownloads } from './store/lazy-downloads.js';
import type { Source } from './store/throttle.js';
import type { UiStore } from './store/ui-state.js';

/** Everything that the hooks and parts share. */
export interface LonghaulContext {
  client: LonghaulClient;
  downloads: LazyDownloads;
  /** The list of all downloads, at most 4 times a second. */
  all: Source<readonly Download[]>;
  messages: Messages;
  locale: string;
  ui: UiStore;
  /** Opens the sign-in of the application. */
  onSignIn: (() => void) | undefined;
}

export const Context = createContext<LonghaulContext | null>(null);

/** Returns what the hooks and parts share. @throws Error outside of a LonghaulProvider. */
export function useLonghaul(): LonghaulContext {
  const context = useContext(Context);
  if (!context) throw new Error('Longhaul hooks and parts must be inside <LonghaulProvider>.');
  return context;
}
