import { useEffect, useId, useState } from 'react';
import { useLonghaul } from 'longhaul/react';
import { Dialog } from '../shell/dialog.js';
import { type FailedJob, readFailedJobs, retryFailedJob } from './failed-jobs.js';
import type { Operator } from './operator.js';

/** For operators: failed downloads of all users, with their reason, and a way to start them again. */
export function FailedDownloads({ operator, onClose }: { operator: Operator; onClose: () => void }) {
  const [jobs, setJobs] = useState<readonly FailedJob[] | null>(null);
  const [failure, setFailure] = useState('');

  function read(): void {
    readFailedJobs().then(setJobs, ({ message }: Error) => setFailure(message));
  }
  useEffect(read, []);

  function readAgain(): void {
    setFailure('');
    read();
  }

  return (
    <Dialog id="failed" title="Failed downloads of all users" className="large" onClose={onClose}>
      {failure && (
        <p role="alert">
          {failure}{' '}
          <button type="button" className="link" onClick={readAgain}>
            Try again
          </button>
        </p>
      )}
      {!jobs && !failure && <p className="muted">Loading…</p>}
      {jobs?.length === 0 && <p className="muted">No download has failed.</p>}
      <ul className="failed-jobs">
        {jobs?.map((job) => (
          <Row key={job.jobId} job={job} operator={operator} />
        ))}
      </ul>
    </Dialog>
  );
}

function Row({ job, operator }: { job: FailedJob; operator: Operator }) {
  const { locale } = useLonghaul();
  const [outcome, setOutcome] = useState<'failed' | 'starting' | 'started'>('failed');
  const [refusal, setRefusal] = useState('');
  const { jobId, archiveName, userId, failedAt, message } = job;

  async function retry(): Promise<void> {
    if (outcome !== 'failed') return;
    setOutcome('starting');
    try {
      await retryFailedJob(jobId);
      setOutcome('started');
    } catch (error) {
      setOutcome('failed');
      setRefusal((error as Error).message);
    }
  }

  const about = useId();
  const webUi = webUiOf(operator, job);
  return (
    <li>
      <div id={about}>
        <strong>{archiveName}</strong>
        <p className="muted">
          {userId} · {new Date(failedAt).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })}
          {webUi && (
            <>
              {' · '}
              <a href={webUi} target="_blank" rel="noreferrer">
                Temporal Web UI
              </a>
            </>
          )}
        </p>
        <p role="status">{refusal || message}</p>
      </div>
      <button
        type="button"
        className="button"
        aria-describedby={about}
        aria-disabled={outcome !== 'failed'}
        onClick={() => void retry()}
      >
        {outcome === 'started' ? 'Started again' : 'Try again'}
      </button>
    </li>
  );
}

function webUiOf({ webUiUrl, namespace }: Operator, { workflowId, supportId }: FailedJob): string | null {
  if (webUiUrl === null) return null;
  const path = ['namespaces', namespace, 'workflows', workflowId, supportId]
    .map(encodeURIComponent)
    .join('/');
  return `${webUiUrl.replace(/\/$/, '')}/${path}`;
}
