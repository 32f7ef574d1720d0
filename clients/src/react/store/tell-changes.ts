import type { Download } from '../../client/index.js';
import type { LonghaulContext } from '../context.js';
import { describe } from '../view/describe.js';
import { createAnnouncer } from './announcer.js';
import { hasEndedHere, isOld, watchChanges } from './watch-changes.js';

const RESULTS: ReadonlySet<string> = new Set(['completed', 'failed', 'refused']);

interface Telling extends Pick<LonghaulContext, 'all' | 'ui'> {
  /** Returns the present words. A function, because other words must not begin again. */
  words: () => Pick<LonghaulContext, 'messages' | 'locale'>;
}

/** Tells what happens to downloads: by toasts, to screen readers, by notifications. Returns its end. */
export function tellChanges({ all, ui, words }: Telling): () => void {
  const announcer = createAnnouncer();
  const describeNow = (download: Download) =>
    describe(download, words().messages, { locale: words().locale });

  function end(download: Download): void {
    const { id, state } = download;
    if (RESULTS.has(state)) ui.openToast(id);
    if (!ui.read().notify.includes(id)) return;
    ui.setNotify(id, false);
    try {
      const notification = new Notification(describeNow(download).summary, { tag: id });
      notification.addEventListener('click', () => globalThis.focus());
    } catch {
      // Chrome on Android allows them to service workers alone.
    }
  }

  function speak(download: Download, before: Download | undefined): void {
    if (isOld(download, before)) return;
    const isPhase = download.state !== before?.state;
    const quarter = quarterOf(download);
    if (!isPhase && quarter === quarterOf(before)) return;
    const view = describeNow(download);
    const text = isPhase ? view.summary : `${download.name}: ${view.bar?.text}`;
    if (isPhase || quarter > 0) announcer.say(text, view.tone === 'failed');
  }

  const stop = watchChanges(all, {
    changed(download, before) {
      ui.setBroken(download.id, download.connection === 'reconnecting');
      if (hasEndedHere(download, before)) end(download);
      speak(download, before);
    },
    removed(id) {
      ui.closeToast(id);
      if (ui.read().shown === id) ui.hide();
      // Also at sign-out: the next person must not hear of it.
      if (all.read().length === 0) announcer.remove();
    },
  });
  return () => {
    stop();
    announcer.remove();
  };
}

function quarterOf(download: Download | undefined): number {
  return download?.state === 'running' ? Math.floor((download.progress ?? 0) / 25) : 0;
}
