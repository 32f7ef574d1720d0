'use client';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { createDownloads, type LonghaulClient } from '../client/index.js';
import { Context } from './context.js';

export interface LonghaulProviderProps {
  client: LonghaulClient;
  /** Separates the downloads of users of one browser. */
  user?: string | undefined;
  /** Saves an archive as soon as it is ready. Default: true. */
  autoSave?: boolean | undefined;
  children?: ReactNode;
}

/** Gives the hooks and parts below it one client and one store of downloads. */
export function LonghaulProvider({ client, user, autoSave, children }: LonghaulProviderProps) {
  const [downloads] = useState(() => createDownloads(client, { user, autoSave }));
  useEffect(() => {
    void downloads.resume();
    return () => downloads.close();
  }, [downloads]);
  const context = useMemo(() => ({ client, downloads }), [client, downloads]);
  return <Context.Provider value={context}>{children}</Context.Provider>;
}
