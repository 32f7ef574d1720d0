import type { DownloadStatus } from '../api.js';
import { asFailure, LonghaulError } from '../errors.js';
import type { StoreContext } from './context.js';
import { fold } from './fold.js';
import type { HandOver } from './hand-over.js';
import { type Item, restart } from './item.js';
import type { Download } from './types.js';

/** Actions of the user on a download. Each throws why it failed, and keeps it. */
export type Actions = Record<NonNullable<Download['pending']>, (item: Item) => Promise<void>> & {
  /** Saves what was not saved yet. */
  saveFirst: (item: Item) => Promise<void>;
};

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
      fold(item, { failure: asFailure(error) });
      throw error;
    } finally {
      item.pending = null;
      tell(item);
    }
  }

  /** One save at a time, whatever the number of tabs. @param again also if it was saved before. */
  function save(item: Item, again: boolean): Promise<void> {
    return act(item, 'save', () =>
      tabs.exclusive(`save:${item.record.id}`, signal, async () => {
        if (again || !(item.record.saved || records.get(item.record.id)?.saved)) await handOut(item);
        tell(item, { record: { ...item.record, saved: true } });
      }),
    );
  }

  async function handOut(item: Item): Promise<void> {
    const jobId = jobIdOf(item);
    try {
      await handOver(await client.downloadUrl(jobId, call));
    } catch (error) {
      // The archive may have expired meanwhile.
      tell(item, { status: await client.status(jobId, call).catch(() => undefined) });
      throw error;
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
        tell(item, { status: await client.cancel(jobIdOf(item), call).catch(jobOf) });
      }),
    save: (item) => save(item, item.record.saved),
    saveFirst: (item) => save(item, false),
  };
}

function jobIdOf({ record }: Item): string {
  if (!record.jobId) throw new LonghaulError('JOB_NOT_READY', 'The download is not accepted yet.');
  return record.jobId;
}

/** Returns the job of an answer that refuses because the job has changed meanwhile. */
function jobOf(error: unknown): DownloadStatus {
  const { job } = asFailure(error);
  if (!job) throw error;
  return job;
}
