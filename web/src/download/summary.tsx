import type { ReactNode } from 'react';
import { type EstimateResult, formatBytes, formatDuration, useLonghaul } from 'longhaul/react';

interface SummaryProps {
  count: number;
  /** Null until known. */
  bytes: number | null;
  maxBytes: number;
  result: EstimateResult;
  children: ReactNode;
}

/** "8 files · 1.2 GB · about 40 s", as far as it is known. */
export function Summary({ count, bytes, maxBytes, result, children }: SummaryProps) {
  const { messages, locale } = useLonghaul();
  if (count === 0) return <p className="muted">Select files to download</p>;
  const { isLoading, error, estimate } = result;
  const seconds = isLoading ? null : (estimate?.etaSeconds ?? null);
  return (
    <>
      <p className="summary">
        {messages.files(count, locale)}
        {bytes !== null && ` · ${formatBytes(bytes, locale)}`}
      </p>
      <div className="bar-notes">
        {seconds !== null && <p className="muted">about {formatDuration(seconds, locale)}</p>}
        {bytes !== null && bytes > maxBytes && (
          <p className="danger">{formatBytes(maxBytes, locale)} at most</p>
        )}
        {error && !error.passing && <p className="danger">{messages.failure(error)}</p>}
        {children}
      </div>
    </>
  );
}
