import { useCallback, useEffect, useMemo, useState } from 'react';
import { LonghaulClient, type LonghaulError, type Me } from 'longhaul/client';
import { type Auth, readAuth, signIn, type SignInOutcome, signOut } from './server.js';
import { hearTabs, tellTabs } from './tabs.js';
import { takeTicket } from './ticket.js';

/** The page's state with the server. */
export type SessionState =
  | { at: 'opening'; isRetrying: boolean }
  | { at: 'failed'; error: LonghaulError }
  | { at: 'signed-out'; outcome: SignInOutcome | null }
  /** `isOver`: the server no longer accepts the sign-in. The page and its selection stay. */
  | { at: 'signed-in'; me: Me; isOver: boolean };

export interface Session {
  client: LonghaulClient;
  state: SessionState;
  /** Null until known. */
  auth: Auth | null;
  open: () => Promise<void>;
  signIn: (secret: string) => Promise<SignInOutcome>;
  /** @param forget removes what this browser knows of the user. @throws Error if the server did not confirm it. */
  signOut: (forget: () => void) => Promise<void>;
}

/** Opens the page for whom the server recognizes, and notices when it no longer does. */
export function useSession(): Session {
  const [state, setState] = useState<SessionState>({ at: 'opening', isRetrying: false });
  const [auth, setAuth] = useState<Auth | null>(null);

  const client = useMemo(
    () => new LonghaulClient({ fetch: noticing401(() => setState(over)) }),
    // One client for the life of the page.
    [],
  );

  const open = useCallback(async () => {
    setState((now) => (now.at === 'failed' ? { at: 'opening', isRetrying: false } : now));
    const onRetry = () =>
      setState((now) => (now.at === 'opening' ? { at: 'opening', isRetrying: true } : now));
    try {
      const me = await client.me({ onRetry });
      setState((now) => {
        // Another person must not see the selection and downloads of the last one.
        if (now.at === 'signed-in' && now.me.userId !== me.userId) location.reload();
        return { at: 'signed-in', me, isOver: false };
      });
    } catch (error) {
      const failure = error as LonghaulError;
      const outcome = failure.status === 401 ? null : undefined;
      setState((now) => {
        if (now.at === 'signed-in') return now;
        return outcome === null
          ? { at: 'signed-out', outcome: now.at === 'signed-out' ? now.outcome : null }
          : { at: 'failed', error: failure };
      });
    }
  }, [client]);

  useEffect(() => {
    void readAuth().then(setAuth);
    void openFirst();
    async function openFirst(): Promise<void> {
      const outcome = await ticketOutcome();
      if (outcome === 'signed-in') tellTabs(outcome);
      else if (outcome !== null) setState({ at: 'signed-out', outcome });
      await open();
    }
  }, [open]);

  useEffect(
    // A tab must not show one person what it does in the name of another.
    () => hearTabs((news) => (news === 'signed-out' ? location.reload() : void open())),
    [open],
  );

  return {
    client,
    state,
    auth,
    open,
    async signIn(secret) {
      const outcome = await signIn(secret);
      if (outcome === 'signed-in') {
        tellTabs(outcome);
        await open();
      }
      return outcome;
    },
    async signOut(forget) {
      await signOut();
      forget();
      tellTabs('signed-out');
      setState({ at: 'signed-out', outcome: null });
    },
  };
}

/** Of the link that opened the page, once; null without a ticket. */
let ticketUsed: Promise<SignInOutcome | null> | undefined;

function ticketOutcome(): Promise<SignInOutcome | null> {
  const ticket = takeTicket();
  ticketUsed ??= ticket === null ? Promise.resolve(null) : signIn(ticket);
  return ticketUsed;
}

function over(state: SessionState): SessionState {
  return state.at === 'signed-in' && !state.isOver ? { ...state, isOver: true } : state;
}

function noticing401(notice: () => void): typeof fetch {
  return async (...request) => {
    const response = await fetch(...request);
    if (response.status === 401) notice();
    return response;
  };
}
