'use client';
import { useEffect, useState } from 'react';
import type { FileOutcome } from '../../client/index.js';
import { useLonghaul } from '../context.js';
import { loadOutcomes } from '../store/load-outcomes.js';

const STATES = ['skipped', 'failed'];

/** Files that an archive does not contain. */
export interface SkippedFiles {
  /** Undefined while they are loaded. */
  files: readonly FileOutcome[] | undefined;
  hasFailed: boolean;
}

/** Loads the skipped files of a job. */
export function useSkippedFiles(jobId: string): SkippedFiles {
  const { client } = useLonghaul();
  const [result, setResult] = useState<SkippedFiles>({ files: undefined, hasFailed: false });
  useEffect(() => {
    const stop = new AbortController();
    loadOutcomes(client, jobId, STATES, stop.signal).then(
      (files) => setResult({ files, hasFailed: false }),
      () => stop.signal.aborted || setResult({ files: undefined, hasFailed: true }),
    );
    return () => stop.abort();
  }, [client, jobId]);
  return result;
}
