import { Logo } from './icons.js';

/** The page before the server has answered: the same as the skeleton of index.html. */
export function Opening({ isRetrying }: { isRetrying: boolean }) {
  return (
    <div className="page" aria-busy="true">
      <header className="header">
        <p className="brand">
          <Logo /> <span>Longhaul</span>
        </p>
      </header>
      <main className="card files">
        <p className="visually-hidden" role="status">
          {isRetrying ? '' : 'Loading…'}
        </p>
        {isRetrying && (
          <p className="notice" role="status">
            The server does not answer. Trying again…
          </p>
        )}
      </main>
      <aside className="card side" />
      <footer className="card bar" />
    </div>
  );
}
