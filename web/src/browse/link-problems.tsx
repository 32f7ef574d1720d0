import { useState } from 'react';
import { plural, useLonghaul } from 'longhaul/react';
import type { PageLink } from '../link.js';
import { Dialog } from '../shell/dialog.js';

/** Entries that are named. */
const NAMED = 5;

interface LinkProblemsProps {
  link: PageLink;
  /** Files that can be selected. */
  limit: number;
}

/** Says which parts of a link could not be taken, and what to do. */
export function LinkProblems({ link, limit }: LinkProblemsProps) {
  const { messages, locale } = useLonghaul();
  const [read, setRead] = useState<PageLink>();
  const { fileIds, rest, badName } = link;
  const isCut = fileIds.length > limit;
  if (read === link || (!isCut && rest.length === 0 && badName === null)) return null;
  return (
    <Dialog id="link" title="This link works only in part" onClose={() => setRead(link)}>
      {isCut && (
        <p>
          It names {messages.files(fileIds.length, locale)}, but a download has{' '}
          {messages.files(limit, locale)} at most. The first ones are selected. Ask for a second link with the
          others.
        </p>
      )}
      {rest.length > 0 && (
        <p>
          {plural(rest.length, { one: 'entry is', other: 'entries are' }, locale)} left out, because file ids
          look different: {named(rest)}. Check the link, or ask for a new one.
        </p>
      )}
      {badName !== null && (
        <p>
          No archive can have the name “{badName}”, so it gets another one. You can rename it after the
          download.
        </p>
      )}
    </Dialog>
  );
}

/** The first entries. Long ones are cut. */
export function named(entries: readonly string[]): string {
  const names = entries
    .slice(0, NAMED)
    .map((entry) => (entry.length > 40 ? `${entry.slice(0, 40)}…` : entry));
  return names.join(', ') + (entries.length > NAMED ? ' …' : '');
}
