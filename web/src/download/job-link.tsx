import { useEffect, useState } from 'react';
import type { LonghaulError } from 'longhaul/client';
import { useDownloadUi, useLonghaul } from 'longhaul/react';
import { Dialog } from '../shell/dialog.js';

/** Opens the download of a link, or says that the server does not know it. */
export function JobLink({ jobId }: { jobId: string }) {
  const { client, messages } = useLonghaul();
  const { show } = useDownloadUi();
  const [isGone, setGone] = useState(false);
  useEffect(() => {
    show(jobId);
    const stop = new AbortController();
    client.status(jobId, { signal: stop.signal }).catch((error: LonghaulError) => {
      if (error.status === 404 || error.status === 400) setGone(true);
    });
    return () => stop.abort();
  }, [client, jobId, show]);
  if (!isGone) return null;
  return (
    <Dialog id="gone" title={messages.gone()} onClose={() => setGone(false)}>
      <p>{messages.goneDetail()}</p>
    </Dialog>
  );
}
