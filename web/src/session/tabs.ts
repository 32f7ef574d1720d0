/** Tells the other tabs of this page that somebody signed in or out: they share one cookie. */
export type SessionNews = 'signed-in' | 'signed-out';

const NAME = `longhaul:session:${new URL('.', document.baseURI).pathname}`;

export function tellTabs(news: SessionNews): void {
  const channel = new BroadcastChannel(NAME);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
  channel.postMessage(news);
  channel.close();
}

/** Calls the listener with news of other tabs. Returns its end. */
export function hearTabs(listener: (news: SessionNews) => void): () => void {
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener('message', ({ data }: MessageEvent<SessionNews>) => listener(data));
  return () => channel.close();
}
