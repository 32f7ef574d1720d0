'use client';
import { useEffect, useState } from 'react';
import { asFailure } from '../../client/errors.js';
import type { DownloadRequest, Estimate, LonghaulError } from '../../client/index.js';
import { useLonghaul } from '../context.js';

/** The estimate of a download, with the state of its request. */
export interface EstimateResult {
  /** That of the last request until the next one is answered; null before the first and without a request. */
  estimate: Estimate | null;
  isLoading: boolean;
  error: LonghaulError | null;
}

const ASK_AFTER_MS = 400;
const NOTHING: EstimateResult = { estimate: null, isLoading: false, error: null };

/** Asks for sizes, missing files and time of a download, after a pause. A newer request aborts the older one. */
export function useEstimate(request: DownloadRequest | null): EstimateResult {
  const { client } = useLonghaul();
  // Requests are often made while rendering, so only their content counts.
  const body = request && JSON.stringify(request);
  const [answer, setAnswer] = useState({ ...NOTHING, body });
  useEffect(() => {
    if (body === null) return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    const timer = setTimeout(() => {
      client.estimate(JSON.parse(body) as DownloadRequest, { signal }).then(
        (estimate) => signal.aborted || setAnswer({ ...NOTHING, body, estimate }),
        (error: unknown) => signal.aborted || setAnswer({ ...NOTHING, body, error: asFailure(error) }),
      );
    }, ASK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, body]);
  const isLoading = body !== answer.body || (answer.estimate === null && answer.error === null);
  if (body === null) return NOTHING;
  return { estimate: answer.estimate, isLoading, error: isLoading ? null : answer.error };
}
