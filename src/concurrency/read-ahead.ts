import { LatencyWindow, type WindowLimits } from './latency-window.js';

interface Ahead<R> {
  result: Promise<R>;
  bytes: number;
}

/**
 * Yields the results of `read` in the order of the items, and runs it for items ahead of the consumer: more of them the
 * longer one takes, within the limits. When the consumer stops, reads in flight go on, and their results are dropped.
 * @param bytesOf size of an item's result.
 * @throws the first error of `read`, in the order of the items.
 */
export async function* readAhead<T, R>(
  items: Iterable<T>,
  bytesOf: (item: T) => number,
  read: (item: T) => Promise<R>,
  limits: WindowLimits,
): AsyncGenerator<R> {
  const window = new LatencyWindow(limits);
  const queue: Ahead<R>[] = [];
  const left = items[Symbol.iterator]();
  let next = left.next();
  let bytes = 0;
  while (!next.done || queue.length > 0) {
    while (!next.done && window.admits(queue.length, bytes, bytesOf(next.value))) {
      queue.push(start(next.value));
      next = left.next();
    }
    const { result, bytes: taken } = queue[0]!;
    const value = await result;
    queue.shift();
    bytes -= taken;
    yield value;
  }

  function start(item: T): Ahead<R> {
    const startedAt = performance.now();
    const result = read(item);
    // The consumer gets the error when it is the item's turn.
    result.then(
      () => window.observe(performance.now() - startedAt),
      () => {},
    );
    const size = bytesOf(item);
    bytes += size;
    return { result, bytes: size };
  }
}
