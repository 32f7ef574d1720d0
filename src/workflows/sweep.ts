import { type ActivityOptions, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { SweepActivities, SweepProgress, SweepSummary } from '../contract/sweep.js';
import { handOverOf } from './download/endings.js';

/**
 * As long as a large bucket takes; the heartbeat tells whether it goes on. Nobody waits for it, so it outlasts an outage
 * of the store, and gives up in time for the next night.
 */
const SWEEP_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '12h',
  scheduleToCloseTimeout: '12h',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '5s', backoffCoefficient: 3, maximumInterval: '10m' },
};

/** Deletes what has expired and what dead jobs left. Run by a schedule, one at a time. */
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
