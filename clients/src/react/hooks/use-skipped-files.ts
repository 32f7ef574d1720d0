'use client';
import { useEffect, useState } from 'react';
import type { FileOutcome, LonghaulClient } from '../../client/index.js';
import { useLonghaul } from '../context.js';

/** One page of the API. */
const PAGE = 1_000;

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
    loadAll(client, jobId, stop.signal).then(
      (files) => setResult({ files, hasFailed: false }),
      () => stop.signal.aborted || setResult({ files: undefined, hasFailed: true }),
    );
    return () => stop.abort();
  }, [client, jobId]);
  return result;
}

async function loadAll(client: LonghaulClient, jobId: string, signal: AbortSignal): Promise<FileOutcome[]> {
  const files: FileOutcome[] = [];
  for await (const file of client.outcomes(jobId, { state: STATES, limit: PAGE }, { signal }))
    files.push(file);
  return files;
}
