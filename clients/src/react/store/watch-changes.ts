import type { Download } from '../../client/index.js';
import { isActive } from './is-active.js';
import type { Source } from './throttle.js';

/** Events of the downloads of a page. */
export interface ChangeEvents {
  /** @param before undefined for a download that is new to this page. */
  changed(download: Download, before: Download | undefined): void;
  removed(id: string): void;
}

/** Tells each change of each download. Returns its end. */
export function watchChanges(all: Source<readonly Download[]>, events: ChangeEvents): () => void {
  let seen = new Map<string, Download>();

  function compare(): void {
    const before = seen;
    seen = new Map(all.read().map((download) => [download.id, download]));
    for (const [id, download] of seen) {
      if (download !== before.get(id)) events.changed(download, before.get(id));
    }
    for (const id of before.keys()) if (!seen.has(id)) events.removed(id);
  }

  const stop = all.subscribe(compare);
  compare();
  return stop;
}

/** True for the first news of a download from before the refresh. It begins as `starting` too, but has no request. */
export function isOld(download: Download, before: Download | undefined): boolean {
  return (!before || before.state === 'starting') && download.request === null;
}

/** True if the download ended on this page, and not while the page was closed. */
export function hasEndedHere(download: Download, before: Download | undefined): boolean {
  return !isOld(download, before) && before !== undefined && isActive(before) && !isActive(download);
}
