import type { KeyboardEvent, RefObject } from 'react';
import { SearchIcon } from '../shell/icons.js';

export interface SearchBoxProps {
  query: string;
  onQuery: (query: string) => void;
}

/** Searches while a person types. Arrow down goes to the files. */
export function SearchBox({
  ref,
  query,
  onQuery,
}: SearchBoxProps & { ref: RefObject<HTMLInputElement | null> }) {
  return (
    <search className="search">
      <SearchIcon />
      <input
        ref={ref}
        type="search"
        value={query}
        placeholder="Search files"
        aria-label="Search files"
        aria-keyshortcuts="/"
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {query === '' && <kbd aria-hidden="true">/</kbd>}
    </search>
  );
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown') return;
  event.preventDefault();
  document.querySelector<HTMLElement>('[role="grid"] [tabindex="0"]')?.focus();
}
