import { useEffect, useRef, useState } from 'react';
import type { Me } from 'longhaul/client';
import {
  DownloadDrawer,
  DownloadList,
  DownloadModal,
  DownloadToasts,
  FilePicker,
  useDownloadUi,
  useFiles,
  useSelection,
} from 'longhaul/react';
import { JobLink } from './download/job-link.js';
import { EnterIds } from './browse/enter-ids.js';
import { LinkProblems } from './browse/link-problems.js';
import { DownloadBar } from './download/download-bar.js';
import { FailedDownloads } from './operators/failed-downloads.js';
import type { Session } from './session/use-session.js';
import { Header } from './shell/header.js';
import { ShortcutsHelp } from './shell/shortcuts-help.js';
import { useShortcuts } from './shell/use-shortcuts.js';
import { useIsWide } from './use-is-wide.js';
import { useLink } from './use-link.js';

/** Files to select on one side, downloads on the other, and below them what the selection will be. */
export function Home({ session, me, isOver }: { session: Session; me: Me; isOver: boolean }) {
  const [query, setQuery] = useState('');
  const [dialog, setDialog] = useState<'shortcuts' | 'failed' | null>(null);
  /** Counts selections: each accepted download and each link of files begins another. */
  const [round, setRound] = useState(0);
  const search = useRef<HTMLInputElement>(null);
  const download = useRef<HTMLButtonElement>(null);
  const link = useLink();
  const isWide = useIsWide();
  const ui = useDownloadUi();
  const files = useFiles(me.listing ? query : null);
  const selection = useSelection(files, { limit: me.limits.filesPerJob });
  const { clear, add } = selection;

  useEffect(() => {
    if (link.fileIds.length === 0) return;
    clear();
    add(link.fileIds);
    // oxlint-disable-next-line react-hooks/set-state-in-effect -- the address is the external system
    setRound((count) => count + 1);
  }, [link, clear, add]);

  const isRefused = files.error?.status === 401;
  const { loadMore } = files;
  useEffect(() => {
    // Signed in again: the page that was refused is read now.
    if (!isOver && isRefused) void loadMore();
  }, [isOver, isRefused, loadMore]);

  useShortcuts({
    '/': () => search.current?.focus(),
    d: () => goToDownloads(ui),
    '?': () => setDialog('shortcuts'),
    'mod+a': selection.selectAll,
    'mod+enter': () => download.current?.click(),
  });

  const operator = me.operator;
  const isListed = files.state !== 'off';
  return (
    <>
      <div className="page">
        <Header
          session={session}
          me={me}
          search={isListed ? { ref: search, query, onQuery: setQuery } : null}
          onDialog={setDialog}
        />
        <main className="card files">
          {isListed ? (
            <FilePicker
              files={files}
              selection={selection}
              onClearSearch={() => {
                setQuery('');
                search.current?.focus();
              }}
            />
          ) : (
            <EnterIds key={round} selection={selection} />
          )}
        </main>
        <aside className="card side" aria-labelledby="my-downloads">
          <h2 id="my-downloads" tabIndex={-1}>
            My downloads
          </h2>
          {isWide && <DownloadList />}
        </aside>
        <DownloadBar
          button={download}
          isOver={isOver}
          files={files}
          selection={selection}
          link={link}
          maxBytes={me.limits.bytesPerJob}
          onAccepted={() => {
            clear();
            setRound((count) => count + 1);
          }}
        />
      </div>
      <DownloadModal />
      <DownloadToasts />
      <DownloadDrawer />
      <LinkProblems link={link} limit={selection.limit} />
      {link.jobId !== null && <JobLink key={link.jobId} jobId={link.jobId} />}
      {dialog === 'shortcuts' && <ShortcutsHelp onClose={() => setDialog(null)} />}
      {dialog === 'failed' && operator && (
        <FailedDownloads operator={operator} onClose={() => setDialog(null)} />
      )}
    </>
  );
}

/** Wide screens show the downloads at the side, others in a sheet. */
function goToDownloads({ drawerOpen, setDrawerOpen }: ReturnType<typeof useDownloadUi>): void {
  const heading = document.querySelector<HTMLElement>('#my-downloads');
  if (heading?.checkVisibility()) heading.focus();
  else setDrawerOpen(!drawerOpen);
}
