import { LonghaulClient } from 'longhaul/client';
import { LonghaulProvider } from 'longhaul/react';

const client = new LonghaulClient();

export function App() {
  return (
    <LonghaulProvider client={client}>
      <h1>Longhaul</h1>
    </LonghaulProvider>
  );
}
