import { describe, expect, it } from '@jest/globals';
import { withFlatNames } from '../../../../../src/api/routes/shared/flat-names.js';
import type { LinkedStatus } from '../../../../../src/contract/http/answers.js';
import { queuedSnapshot } from '../../../../../src/contract/queued-snapshot.js';
import type { JobSnapshot } from '../../../../../src/contract/snapshot.js';
import { downloadStatus } from '../../../../../src/jobs/status/download-status.js';
import { COMPLETED } from '../../../../support/fake-jobs.js';
import { aJob } from '../../../../support/jobs.js';

function linked(changes: Partial<JobSnapshot>, downloadUrl: string | null = null): LinkedStatus {
  const snapshot = { ...queuedSnapshot(aJob()), ...changes };
  const status = downloadStatus(
    { jobId: 'j', runId: 'r', snapshot, live: null, stale: false },
    Date.now(),
    0,
  );
  return { ...status, downloadUrl, streamUrl: null, eventsUrl: null };
}

describe('withFlatNames', () => {
  it('is null where the status has nothing', () => {
    expect(withFlatNames(linked({}))).toMatchObject({
      url: null,
      progressPercent: 0,
      checksum: null,
      errorCode: null,
      errorMessage: null,
      retryAfterMs: null,
      supportTicketId: null,
    });
  });

  it('repeats link, progress and checksum of a completed job', () => {
    const status = linked(COMPLETED, 'https://store.test/photos.zip');
    const { url, progressPercent, checksum } = withFlatNames(status);
    expect([url, progressPercent, checksum]).toEqual([
      status.downloadUrl,
      status.progress,
      status.archive!.checksum,
    ]);
  });

  it('repeats the error of a failed job', () => {
    const error = { code: 'STORAGE_UNAVAILABLE', message: 'Away.', retryAfterMs: 5, supportId: 's' } as const;
    const status = linked({ status: 'failed', phase: 'ended', error });
    expect(withFlatNames(status)).toMatchObject({
      ...status,
      errorCode: 'STORAGE_UNAVAILABLE',
      errorMessage: 'Away.',
      retryAfterMs: 5,
      supportTicketId: 's',
    });
  });
});
