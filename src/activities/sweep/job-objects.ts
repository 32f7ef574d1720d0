import { jobOf } from '../../storage/keys.js';
import type { ListedObject } from '../../storage/object-store.js';

/** All that the store holds of one job. */
export interface JobObjects {
  jobId: string;
  partition: string;
  objects: ListedObject[];
}

/**
 * The objects of a listing, job by job; what no job has written is left out. Holds the objects of one job at a time:
 * stores list a folder in one piece, however they sort.
 */
export async function* byJob(listing: AsyncIterable<ListedObject>): AsyncGenerator<JobObjects> {
  let current: JobObjects | undefined;
  for await (const object of listing) {
    const job = jobOf(object.key);
    if (!job) continue;
    if (current?.jobId === job.jobId) {
      current.objects.push(object);
      continue;
    }
    if (current) yield current;
    current = { ...job, objects: [object] };
  }
  if (current) yield current;
}
