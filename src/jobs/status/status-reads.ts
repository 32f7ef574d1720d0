/** Learns of each status that is read: from the cache, or from Temporal with or without a query of the workflow. */
export interface StatusReads {
  served(source: 'cache' | 'describe' | 'query', stale: boolean): void;
}

export const UNCOUNTED: StatusReads = { served() {} };
