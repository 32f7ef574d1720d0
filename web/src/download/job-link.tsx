import { useEffect, useState } from 'react';
import { useDownloadUi, useLonghaul } from 'longhaul/react';
import { Dialog } from '../shell/dialog.js';

/** Opens the download of a link, however old it is. The store says if the server does not know it. */
export function JobLink({ jobId }: { jobId: string }) {
  const { downloads, messages } = useLonghaul();
  const { show } = useDownloadUi();
  const [isGone, setGone] = useState(false);
  useEffect(() => {
    // After the effects of the provider: the store then knows the downloads of this browser, each under its own id.
    queueMicrotask(() => {
      if (IS_JOB_ID.test(jobId)) downloads.follow(jobId);
      const download = downloads.get(jobId);
      if (download) show(download.id);
      // A dismissed download stays unknown to this browser.
      setGone(!download);
    });
  }, [downloads, jobId, show]);
  if (!isGone) return null;
  return (
    <Dialog id="gone" title={messages.gone()} onClose={() => setGone(false)}>
      <p>{messages.goneDetail()}</p>
    </Dialog>
  );
}

const IS_JOB_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
