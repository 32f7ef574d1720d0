import { Admission } from '../../jobs/admission.js';
import type { ArchivePresence } from '../../jobs/archive-presence.js';
import { countedJobs } from '../../jobs/counted-jobs.js';
import type { Jobs } from '../../jobs/jobs.js';
import { CachedJobs } from '../../jobs/status/cached-jobs.js';
import { type StatusReads, UNCOUNTED } from '../../jobs/status/status-reads.js';
import type { TransferRate } from '../../jobs/status/transfer-rate.js';
import { BuildQueueLimit } from '../../temporal/build-queue-limit.js';
import { TemporalJobs } from '../../temporal/jobs/temporal-jobs.js';
import type { Connected } from './connected.js';
import type { ApiParts } from './parts.js';

/** Wires jobs in Temporal to a cache of their statuses, and counts starts and reads. */
export function statusJobs(
  { settings, logger, observed }: ApiParts,
  { client, queues, overload }: Connected,
  archives: ArchivePresence,
  transferRate: TransferRate,
): Jobs {
  const measure = observed?.instruments;
  const reads: StatusReads = measure
    ? { served: (from, stale) => measure.statusReads.add({ source: from, stale: stale ? 'true' : 'false' }) }
    : UNCOUNTED;
  const inTemporal = new TemporalJobs({
    client,
    logger,
    queues,
    admission: new Admission(queues, settings.job.maxQueued),
    archives,
    buildQueue: new BuildQueueLimit(client, settings.job.maxQueueAgeMs),
    isCapped: settings.job.maxRunning > 0,
    statusReads: reads,
  });
  const cached = new CachedJobs(inTemporal, transferRate, reads, () => overload.isOverloaded);
  if (!measure) return cached;
  return countedJobs(cached, ({ archive: { format }, priority }) =>
    measure.jobsCreated.add({ format, priority }),
  );
}
