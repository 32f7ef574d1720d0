import { delay } from '../delay.js';
import { LonghaulError } from '../errors.js';

/**
 * Hands a link to the browser, which saves the file.
 * @throws LonghaulError when no transfer began.
 */
export type HandOver = (url: string) => Promise<void>;

/** A frame that shows nothing by then has begun a download. */
const STARTED_AFTER_MS = 4_000;

let frame: HTMLIFrameElement | undefined;
let last: Promise<void> = Promise.resolve();

/**
 * Opens the link in a hidden frame. A link to a file loads no page, so a `load` event means that no transfer began. An
 * anchor would leave the page when the link fails. Links follow each other, otherwise one would stop the other.
 */
export const handOverToBrowser: HandOver = (url) => {
  const next = last.then(() => open(url));
  last = next.catch(() => {});
  return next;
};

async function open(url: string): Promise<void> {
  frame ??= document.createElement('iframe');
  frame.hidden = true;
  // The address before the frame is in the page, otherwise the frame would first load an empty page.
  frame.src = url;
  const loaded = new Promise<true>((resolve) => {
    frame!.addEventListener('load', () => resolve(true), { once: true });
  });
  if (!frame.isConnected) document.body.append(frame);
  const failed = await Promise.race([loaded, delay(STARTED_AFTER_MS)]);
  if (failed) throw new LonghaulError('BAD_ANSWER', 'The archive is not saved. Try again.');
}
