import { useEffect, useState } from 'react';
import { type PageLink, readLink } from './link.js';

/** The link that the page was opened with, and any that is followed later. */
export function useLink(): PageLink {
  const [link, setLink] = useState(() => readLink(location.hash));
  useEffect(() => {
    takeFiles();
    const follow = () => {
      setLink(readLink(location.hash));
      takeFiles();
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return link;
}

/** Removes files from the address, otherwise a reload would replace the selection by them. */
function takeFiles(): void {
  if (new URLSearchParams(location.hash.slice(1)).has('files')) {
    history.replaceState(null, '', location.pathname + location.search);
  }
}
