import { useRef, useState } from 'react';
import type { Me } from 'longhaul/client';
import { useLonghaul } from 'longhaul/react';
import { address } from '../session/server.js';
import type { Session } from '../session/use-session.js';
import { PersonIcon } from './icons.js';

interface UserMenuProps {
  session: Session;
  me: Me;
  onDialog: (dialog: 'shortcuts' | 'failed') => void;
}

/** Shows the name of the user, with actions that are rarely needed. */
export function UserMenu({ session, me, onDialog }: UserMenuProps) {
  const { downloads } = useLonghaul();
  const menu = useRef<HTMLDivElement>(null);
  const [isUnconfirmed, setUnconfirmed] = useState(false);
  const needsSignIn = session.auth !== null && session.auth.mode !== 'none';

  function open(dialog: 'shortcuts' | 'failed'): void {
    menu.current?.hidePopover();
    onDialog(dialog);
  }

  async function signOut(): Promise<void> {
    setUnconfirmed(false);
    try {
      await session.signOut(() => downloads.forget());
    } catch {
      // The cookie may still count, and so the page stays.
      setUnconfirmed(true);
    }
  }

  return (
    <>
      <button
        type="button"
        className="button quiet"
        popoverTarget="user-menu"
        aria-label={`Menu of ${me.userId}`}
      >
        <PersonIcon />
        {needsSignIn && <span className="user">{me.userId}</span>}
      </button>
      <div ref={menu} id="user-menu" popover="auto" className="menu">
        {needsSignIn && <p className="muted">Signed in as {me.userId}</p>}
        {me.operator && (
          <button type="button" onClick={() => open('failed')}>
            Failed downloads of all users
          </button>
        )}
        <button type="button" onClick={() => open('shortcuts')}>
          Keyboard shortcuts
        </button>
        <a href={address('docs/').href}>API documentation</a>
        {needsSignIn && (
          <button type="button" onClick={() => void signOut()}>
            Sign out
          </button>
        )}
        {isUnconfirmed && (
          <p role="alert">
            You may still be signed in, because the server did not confirm the sign-out. Try again in a
            minute.
          </p>
        )}
      </div>
    </>
  );
}
