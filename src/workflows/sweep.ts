import { type ActivityOptions, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { SweepActivities, SweepProgress, SweepSummary } from '../contract/sweep.js';
import { handOverOf } from './download/endings.js';

/**
 * Leaves time for a large bucket; the heartbeat detects a dead sweep. No user waits for it, so the retries outlast an
 * outage of the store, but end before the next night.
 */
const SWEEP_OPTIONS: ActivityOptions = {
  summary: 'Delete expired archives and the leftovers of dead jobs',
  startToCloseTimeout: '12h',
  scheduleToCloseTimeout: '12h',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '5s', backoffCoefficient: 3, maximumInterval: '10m' },
};

/** Deletes expired archives and the leftovers of dead jobs. A schedule runs it, one run at a time. */
export async function sweepWorkflow(): Promise<SweepSummary> {
  const { sweepArtifacts } = proxyActivities<SweepActivities>(SWEEP_OPTIONS);
  setCurrentDetails('Sweeping');
  for (let handedOver: SweepProgress | null = null; ;) {
    try {
      const summary = await sweepArtifacts({ handedOver });
      setCurrentDetails(detailsOf(summary));
      return summary;
    } catch (error) {
      const handOver = handOverOf(error);
      if (!handOver) throw error;
      handedOver = (handOver.progress as SweepProgress | null) ?? handedOver;
    }
  }
}

function detailsOf({ jobsSeen, jobsDeleted, jobsKept, ...rest }: SweepSummary): string {
  const jobs = `**${jobsSeen} jobs** seen: ${jobsDeleted} deleted, ${jobsKept} kept`;
  const objects = `${rest.objectsDeleted} objects deleted, ${rest.bytesDeleted} bytes`;
  return `${jobs} · ${objects} · uploads: ${rest.uploadsAborted} aborted, ${rest.uploadsKept} kept`;
}
