import { LonghaulClient } from 'longhaul/client';
import { DownloadButton, DownloadList, DownloadModal, LonghaulProvider } from 'longhaul/react';
import 'longhaul/styles.css';

const client = new LonghaulClient({
  baseUrl: import.meta.env.VITE_LONGHAUL_URL ?? 'http://127.0.0.1:3000',
  // Asked again when the API rejects it. A key in the script would be everyone's.
  token: async () => (await fetch('/token')).text(),
});

const request = { fileIds: [70000, 70004, 70011], archive: { name: 'samples' } };

export default function App() {
  return (
    <LonghaulProvider client={client}>
      <h1>Photos</h1>
      <DownloadButton request={request}>Download three samples</DownloadButton>
      <DownloadModal />
      <h2>My downloads</h2>
      <DownloadList />
    </LonghaulProvider>
  );
}
