'use client';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import { createDownloads, type LonghaulClient } from '../client/index.js';
import { Context, type LonghaulContext } from './context.js';
import { DEFAULT_LOCALE } from './format.js';
import { english, type Messages } from './messages.js';
import { useDownloadTitle } from './hooks/use-download-title.js';
import { createLazyDownloads } from './store/lazy-downloads.js';
import { tellChanges } from './store/tell-changes.js';
import { throttled } from './store/throttle.js';
import { createUiStore } from './store/ui-state.js';

export interface LonghaulProviderProps {
  client: LonghaulClient;
  /** Separates the downloads of users of one browser. */
  user?: string | undefined;
  /** Saves an archive as soon as it is ready. Default: true. */
  autoSave?: boolean | undefined;
  /** Replaces copy, in part or all. Keep the object between renders. */
  messages?: Partial<Messages> | undefined;
  /** Language of numbers, plurals and times, as `de` or `en-US`. Default: `en-GB`. */
  locale?: string | undefined;
  /** Opens your sign-in. Afterwards call `useLonghaul().downloads.resume()`. */
  onSignIn?: (() => void) | undefined;
  /** Shows progress in the title of the tab. Default: false. */
  title?: boolean | undefined;
  children?: ReactNode;
}

/** Gives the hooks and parts below it one client and one store of downloads. Another client or user gets another store. */
export function LonghaulProvider({
  client,
  user,
  autoSave = true,
  messages,
  locale = DEFAULT_LOCALE,
  onSignIn,
  title = false,
  children,
}: LonghaulProviderProps) {
  const store = useMemo(() => createStores(client, user, autoSave), [client, user, autoSave]);
  const { downloads, all, ui } = store;
  useEffect(() => {
    downloads.open();
    return () => downloads.close();
  }, [downloads]);
  const copy = useMemo(() => ({ ...english, ...messages }), [messages]);
  const context = useMemo<LonghaulContext>(
    () => ({ client, ...store, messages: copy, locale, onSignIn }),
    [client, store, copy, locale, onSignIn],
  );
  const latest = useRef(context);
  useEffect(() => {
    latest.current = context;
  });
  useEffect(() => tellChanges({ all, ui, words: () => latest.current }), [all, ui]);
  return (
    <Context.Provider value={context}>
      {title && <DownloadTitle />}
      {children}
    </Context.Provider>
  );
}

function createStores(client: LonghaulClient, user: string | undefined, autoSave: boolean) {
  const downloads = createLazyDownloads(() => createDownloads(client, { user, autoSave }));
  const all = throttled({
    subscribe: (listener) => downloads.subscribe(listener),
    read: () => downloads.list(),
  });
  return { downloads, all, ui: createUiStore() };
}

function DownloadTitle() {
  useDownloadTitle();
  return null;
}
