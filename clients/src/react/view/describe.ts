import type { Download } from '../../client/index.js';
import { DEFAULT_LOCALE } from '../format.js';
import { isActive } from '../store/is-active.js';
import { connectionOf } from './connection.js';
import type { DownloadMessages } from './download-messages.js';
import { type DescribeOptions, problemOf } from './scene.js';
import { STATES } from './states.js';
import type { DownloadView } from './view.js';

/** Turns a download into words. Button, modal, toast and list render the result, so all of them say the same. */
export function describe(
  download: Download,
  messages: DownloadMessages,
  options: DescribeOptions = {},
): DownloadView {
  const { locale = DEFAULT_LOCALE, now = Date.now() } = options;
  const scene = { download, messages, options, locale, now };
  const view: DownloadView = {
    headline: download.name,
    summary: '',
    badge: null,
    state: messages.stateWord(download.state),
    tone: isActive(download) ? 'busy' : 'idle',
    bar: null,
    facts: [],
    details: download.message ? [download.message] : [],
    problem: problemOf(scene),
    line: '',
    checksum: null,
    skipped: 0,
    actions: [],
    title: messages.tabTitle(
      { state: download.state, name: download.name, progress: download.progress ?? 0 },
      locale,
    ),
    isMuted: false,
    ...STATES[download.pending === 'retry' ? 'starting' : download.state]?.(scene),
  };
  Object.assign(view, connectionOf(view, scene));
  view.summary ||= `${download.name}: ${view.headline}`;
  view.line = view.problem ?? (view.line || view.details.join(' ') || view.facts.join(' · '));
  return view;
}
