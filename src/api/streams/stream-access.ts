import type { IncomingHttpHeaders } from 'node:http';
import { jobNotFound } from '../../contract/errors.js';
import type { AppDependencies } from '../app.js';
import type { JobView } from '../downloads.js';
import { asJobId } from '../job-answers.js';

type Dependencies = Pick<AppDependencies, 'authenticator' | 'tickets' | 'downloads'>;

/**
 * The job to be streamed, for whom a ticket or the headers name: the ticket counts when there is one.
 * @throws LonghaulError UNAUTHENTICATED; JOB_NOT_FOUND also for the job of another user.
 */
export async function streamedJob(
  deps: Dependencies,
  id: string,
  ticket: string | null,
  headers: IncomingHttpHeaders,
): Promise<JobView> {
  const jobId = asJobId(id);
  const userId =
    ticket === null
      ? (await deps.authenticator.authenticate(headers)).userId
      : deps.tickets.verify(ticket, jobId);
  const view = await deps.downloads.view(jobId);
  if (view.snapshot.userId !== userId) throw jobNotFound();
  return view;
}
