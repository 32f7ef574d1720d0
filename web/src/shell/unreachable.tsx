import type { LonghaulError } from 'longhaul/client';
import { Logo } from './icons.js';

/** The server has not answered for a minute, or not as Longhaul does. */
export function Unreachable({ error, onRetry }: { error: LonghaulError; onRetry: () => Promise<void> }) {
  return (
    <main className="sign-in">
      <div className="card sign-in-card">
        <p className="brand">
          <Logo /> Longhaul
        </p>
        <h1>The server does not answer</h1>
        <p>Downloads that have started continue. {error.passing ? 'Check your network.' : error.message}</p>
        <button type="button" className="button primary wide" onClick={() => void onRetry()}>
          Try again
        </button>
      </div>
    </main>
  );
}
