import { type FormEvent, useRef, useState } from 'react';
import type { SignInOutcome } from './server.js';
import type { Session } from './use-session.js';

interface SignInFormProps {
  session: Session;
  /** The outcome of the link that opened the page. */
  before?: SignInOutcome | null;
}

/** Asks for a key, or leads to the page where the application signs people in. */
export function SignInForm({ session, before = null }: SignInFormProps) {
  const { auth } = session;
  if (auth === null) return <p className="muted">One moment…</p>;
  if (auth.mode === 'api-key') return <KeyForm session={session} before={before} />;
  return (
    <>
      {before === 'away' && (
        <p role="alert">The server does not answer. Open the page from your application again.</p>
      )}
      {before === 'rejected' && <p role="alert">This sign-in link is no longer valid.</p>}
      {auth.signInUrl === null ? (
        <p>Open this page from your application. Its link signs you in.</p>
      ) : (
        <a className="button primary wide" href={auth.signInUrl}>
          Sign in
        </a>
      )}
    </>
  );
}

function KeyForm({ session, before }: Required<SignInFormProps>) {
  const field = useRef<HTMLInputElement>(null);
  const [outcome, setOutcome] = useState(before);
  const [isBusy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const input = field.current!;
    if (isBusy || !input.value.trim()) return;
    setBusy(true);
    const next = await session.signIn(input.value.trim());
    setBusy(false);
    setOutcome(next);
    if (next === 'signed-in') return;
    input.focus();
    input.select();
  }

  const failure = outcome === null ? undefined : FAILURES[outcome];
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label htmlFor="key">API key</label>
      <input
        ref={field}
        id="key"
        type="password"
        name="key"
        autoComplete="current-password"
        autoCapitalize="off"
        spellCheck={false}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the key is all that this screen asks for
        autoFocus
        required
        aria-invalid={failure !== undefined}
        aria-describedby="key-note"
      />
      <p id="key-note" className={failure ? 'danger' : 'muted'} role={failure ? 'alert' : undefined}>
        {failure ?? 'Your administrator gives you a key. This page does not keep it.'}
      </p>
      <button type="submit" className="button primary wide" aria-disabled={isBusy}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  );
}

const FAILURES: Partial<Record<SignInOutcome, string>> = {
  rejected: 'This key is not valid. Check it, or ask for a new one.',
  busy: 'Too many attempts. Wait a minute, then try again.',
  away: 'The server does not answer. Try again.',
};
