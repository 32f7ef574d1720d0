import { useRef } from 'react';
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
  const needsSignIn = session.auth !== null && session.auth.mode !== 'none';

  function open(dialog: 'shortcuts' | 'failed'): void {
    menu.current?.hidePopover();
    onDialog(dialog);
  }

  async function signOut(): Promise<void> {
    try {
      await session.signOut(() => downloads.forget());
    } catch {
      // Without a network the cookie stays, and so does the page.
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
      </div>
    </>
  );
}
