import { type ErrorCode, ERRORS } from '../../contract/errors.js';
import { counter, gauge, histogram } from './definition.js';

const CODES = Object.keys(ERRORS) as ErrorCode[];

/** Bounds of jobs in seconds, to the default job timeout. 60 is the bound of an objective. */
const JOB_SECONDS = [0.25, 1, 2.5, 5, 10, 30, 60, 180, 600, 1_800, 7_200, 21_600];

const BYTES_PER_SECOND = [1e6, 3e6, 1e7, 3e7, 1e8, 2e8, 4e8, 8e8, 1.5e9, 3e9];

const FORMATS = ['zip', 'tar', 'tar.gz'] as const;

const ACTIVITIES = [
  'prepareFiles',
  'buildArchive',
  'planArchive',
  'buildSegment',
  'finishArchive',
  'publishArchive',
  'removeArtifacts',
  'deliverCallback',
  'sweepArtifacts',
  'enterLane',
] as const;

/** Metrics of a worker. */
export const WORKER_METRICS = {
  jobsCompleted: counter('download_jobs_completed_total', 'Completed downloads', {}),
  jobsCancelled: counter('download_jobs_cancelled_total', 'Canceled downloads', {}),
  jobsFailed: counter(
    'download_jobs_failed_total',
    'Failed downloads by error code; fault says which count against the objectives',
    { code: CODES, fault: ['ours', 'theirs'] },
    {
      alias: 'download_job_failed_total',
      series: CODES.map((code) => ({ code, fault: ERRORS[code].fault })),
    },
  ),
  jobDuration: histogram(
    'download_job_duration_seconds',
    'Ended downloads from their slot to their end, by size of the archive',
    {
      outcome: ['completed', 'failed', 'cancelled'],
      size: ['10MB', '100MB', '1GB', '10GB', 'more'],
    },
    JOB_SECONDS,
  ),
  jobWait: histogram(
    'download_job_wait_seconds',
    'Ended downloads from the request to their slot',
    {},
    JOB_SECONDS,
  ),
  buildsActive: gauge('download_builds_active', 'Builds that run on this worker', {}),
  buildSlots: gauge('download_build_slots', 'Builds that this worker runs at once', {}),
  sourceBytes: counter('download_source_bytes_total', 'Bytes read from files for archives', {
    kind: ['object', 'https'],
  }),
  archiveBytes: counter('download_archive_bytes_total', 'Bytes of archives written', { format: FORMATS }),
  buildSpeed: histogram(
    'download_build_bytes_per_second',
    'Finished builds by the bytes of their files per second',
    { format: FORMATS },
    BYTES_PER_SECOND,
  ),
  files: counter('download_files_total', 'Files of finished builds; failed ones ended a build', {
    outcome: ['included', 'skipped', 'failed'],
  }),
  activityAttempts: counter('download_activity_attempts_total', 'Attempts of steps by how they ended', {
    activity: ACTIVITIES,
    outcome: ['ok', 'retried', 'handed_over', 'failed', 'cancelled'],
  }),
  webhookDeliveries: counter(
    'webhook_deliveries_total',
    'Deliveries that ended as acknowledged, gone or given_up; refused counts each attempt without acknowledgment',
    { kind: ['url', 'operator'], outcome: ['acknowledged', 'refused', 'gone', 'given_up'] },
  ),
  sweepSucceeded: gauge(
    'sweep_last_success_timestamp_seconds',
    'End of the last finished sweep; NaN before the first one',
    {},
  ),
  sweepBytes: counter('sweep_deleted_bytes_total', 'Bytes deleted by finished sweeps', {}),
} as const;
