import type { RefObject } from 'react';
import type { Me } from 'longhaul/client';
import { DownloadsButton } from '../download/downloads-button.js';
import { SearchBox, type SearchBoxProps } from '../browse/search-box.js';
import type { Session } from '../session/use-session.js';
import { Logo } from './icons.js';
import { UserMenu } from './user-menu.js';

interface HeaderProps {
  session: Session;
  me: Me;
  /** Null where files are not listed. */
  search: (SearchBoxProps & { ref: RefObject<HTMLInputElement | null> }) | null;
  onDialog: (dialog: 'shortcuts' | 'failed') => void;
}

export function Header({ session, me, search, onDialog }: HeaderProps) {
  return (
    <header className="header">
      <h1 className="brand">
        <Logo /> <span>Longhaul</span>
      </h1>
      {search && <SearchBox {...search} />}
      <div className="header-end">
        <DownloadsButton />
        <UserMenu session={session} me={me} onDialog={onDialog} />
      </div>
    </header>
  );
}
