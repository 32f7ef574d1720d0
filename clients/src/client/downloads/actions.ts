import type { DownloadStatus } from '../api.js';
import { asFailure, LonghaulError } from '../errors.js';
import type { StoreContext } from './context.js';
import { fold } from './fold.js';
import type { HandOver } from './hand-over.js';
import { type Item, restart } from './item.js';
import type { Download } from './types.js';

/** Actions of the user on a download. Each throws why it failed, and keeps it. */
export type Actions = Record<NonNullable<Download['pending']>, (item: Item) => Promise<void>>;

export function createActions(
  { client, tabs, records, signal, tell, show }: StoreContext,
  handOver: HandOver,
): Actions {
  const call = { signal };

  /** Shows the action meanwhile, and keeps why it failed. */
  async function act(
    item: Item,
    pending: NonNullable<Download['pending']>,
    work: () => Promise<unknown>,
  ): Promise<void> {
    item.pending = pending;
    item.failure = null;
    show(item);
    try {
      await work();
    } catch (error) {
      const failure = asFailure(error);
      // An answer that the archive has expired contains the job.
      fold(item, { failure, status: failure.job });
      throw error;
    } finally {
      item.pending = null;
      tell(item);
    }
  }

  return {
    retry: (item) =>
      act(item, 'retry', async () => {
        // A job that runs was started again by another tab, or by a request whose answer was lost.
        if (item.record.jobId) await client.retry(item.record.jobId, call).catch(jobOf);
        restart(item);
      }),
    cancel: (item) =>
      act(item, 'cancel', async () => {
        const { jobId } = item.record;
        // A start that is given up may have reached the server: its answer leads to a cancellation.
        tell(item, jobId ? { status: await client.cancel(jobId, call).catch(jobOf) } : { own: 'cancelled' });
      }),
    /** One save at a time, whatever the number of tabs. A click during the first save joins it. */
    save: (item) => {
      const { id, jobId, saved } = item.record;
      const isAgain = saved && item.pending !== 'save';
      const isDone = () => !isAgain && (item.record.saved || records.get(id)?.saved);
      return act(item, 'save', () =>
        tabs.exclusive(`save:${id}`, signal, async () => {
          if (!jobId) throw new LonghaulError('JOB_NOT_READY', 'The archive is not ready.');
          const url = !isDone() && (await client.downloadUrl(jobId, call));
          // Another tab may have saved it meanwhile: without https there are no locks.
          const isFirst = url && !isDone();
          // Before the hand-over, which takes seconds: no other tab and no later page saves it again. The status ends `signed-out`.
          tell(item, { record: { ...item.record, saved: true }, status: item.status });
          if (isFirst) await handOver(url);
        }),
      );
    },
  };
}

/** Returns the job of an answer that refuses because the job has changed meanwhile. */
function jobOf(error: unknown): DownloadStatus {
  const { job } = asFailure(error);
  if (!job) throw error;
  return job;
}
