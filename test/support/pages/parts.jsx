import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { LonghaulClient } from 'longhaul/client';
import {
  DownloadButton,
  DownloadDrawer,
  DownloadManager,
  DownloadModal,
  DownloadProgress,
  DownloadToasts,
  LonghaulProvider,
  useDownloadUi,
  useLonghaul,
  useStartDownload,
} from 'longhaul/react';

/** Every part on one page. The query of the address says what the test needs. */
const query = new URLSearchParams(location.search);
const client = new LonghaulClient({
  baseUrl: query.get('api') ?? undefined,
  ...(query.has('patient') ? {} : { retryForMs: 0 }),
});
const request = {
  fileIds: (query.get('ids') ?? '70000').split(',').map(Number),
  archive: { name: 'photos' },
  onFileError: query.has('skip') ? 'skip' : 'fail',
};
const messages = query.has('german') ? { ready: () => 'Fertig' } : undefined;

globalThis.violations = [];
addEventListener('securitypolicyviolation', ({ violatedDirective, sourceFile }) =>
  globalThis.violations.push(`${violatedDirective} ${sourceFile}`),
);

function Page() {
  const ui = useDownloadUi();
  const { downloads } = useLonghaul();
  const own = useStartDownload();
  Object.assign(globalThis, { downloads, ui });
  return (
    <main>
      <h1>Photos</h1>
      <DownloadButton request={request}>Download photos</DownloadButton>
      <DownloadButton request={{ ...request, archive: { name: 'books' } }} modal={false}>
        Download books
      </DownloadButton>
      <button type="button" onClick={() => own.start({ ...request, archive: { name: 'own' } })}>
        {own.isLoading ? 'Busy' : 'My own button'}
      </button>
      {own.current && <DownloadProgress id={own.current.id} />}
      <button type="button" onClick={() => ui.setDrawerOpen(true)}>
        Open drawer
      </button>
      {query.has('list') && <DownloadManager />}
      <DownloadModal />
      <DownloadToasts title={query.get('title') ?? undefined} />
      <DownloadDrawer />
    </main>
  );
}

function App() {
  const [user, setUser] = useState('');
  globalThis.setUser = setUser;
  return (
    <LonghaulProvider
      client={client}
      user={user}
      messages={messages}
      locale={query.get('locale') ?? undefined}
      title
      onSignIn={query.has('sign-in') ? () => (globalThis.signedIn = true) : undefined}
    >
      <Page />
    </LonghaulProvider>
  );
}

createRoot(document.querySelector('#app')).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
