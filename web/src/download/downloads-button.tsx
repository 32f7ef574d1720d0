import { isActive, useDownloads, useDownloadUi } from 'longhaul/react';
import { DownloadsIcon } from '../shell/icons.js';

/** Opens the downloads where there is no room at the side. */
export function DownloadsButton() {
  const { downloads } = useDownloads();
  const { drawerOpen, setDrawerOpen } = useDownloadUi();
  const active = downloads.filter(isActive).length;
  return (
    <button
      type="button"
      className="button quiet downloads-button"
      aria-expanded={drawerOpen}
      aria-label={active > 0 ? `My downloads, ${active} active` : 'My downloads'}
      onClick={() => setDrawerOpen(!drawerOpen)}
    >
      <DownloadsIcon />
      {active > 0 && <span className="count">{active}</span>}
    </button>
  );
}
