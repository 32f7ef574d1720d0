import type { DownloadStatus } from '../api.js';
import type { ApiConnection } from '../connection.js';
import { delay } from '../delay.js';
import { isFinal } from '../job-status.js';
import type { Transport, WatchCall } from '../options.js';

/** Follows a job until its final status. */
export async function* follow(
  connection: ApiConnection,
  jobId: string,
  _transports: readonly Transport[] | undefined,
  call: WatchCall,
): AsyncGenerator<DownloadStatus> {
  for (;;) {
    const status = await connection.json<DownloadStatus>(
      { path: `v1/download/status/${encodeURIComponent(jobId)}` },
      call,
    );
    yield status;
    if (isFinal(status.status)) return;
    await delay(status.nextPollInMs ?? 1_000, call.signal);
  }
}
