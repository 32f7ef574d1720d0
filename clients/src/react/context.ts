'use client';
import { createContext, useContext } from 'react';
import type { Downloads, LonghaulClient } from '../client/index.js';

/** Everything that the hooks and parts share. */
export interface LonghaulContext {
  client: LonghaulClient;
  downloads: Downloads;
}

export const Context = createContext<LonghaulContext | null>(null);

/** @throws Error outside of a LonghaulProvider. */
export function useLonghaul(): LonghaulContext {
  const context = useContext(Context);
  if (!context) throw new Error('Longhaul hooks and parts must be inside <LonghaulProvider>.');
  return context;
}
