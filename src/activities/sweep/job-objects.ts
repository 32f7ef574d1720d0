import { jobOf } from '../../storage/keys.js';
import type { ListedObject } from '../../storage/object-store.js';

/** All stored objects of one job. */
export interface JobObjects {
  jobId: string;
  partition: string;
  objects: ListedObject[];
}

/**
 * Groups a listing by job and omits other objects. Holds the objects of one job at a time, because every store lists a
 * folder contiguously, whatever its sort order is.
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
