import { useEffect, useState } from 'react';
import { type PageLink, readLink } from './link.js';

/** The link that the page was opened with, and any that is followed later. */
export function useLink(): PageLink {
  const [link, setLink] = useState(() => readLink(location.hash));
  useEffect(() => {
    const follow = () => setLink(readLink(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return link;
}
