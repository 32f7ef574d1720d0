/** Returns `read` limited to one run in `ms`. A call within that time gets the result of the last run. */
export function atMostEvery<T>(ms: number, read: () => Promise<T>): () => Promise<T> {
  let last: { at: number; result: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (!last || now - last.at >= ms) last = { at: now, result: read() };
    return last.result;
  };
}
