import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { throttled } from '../../../../clients/src/react/store/throttle.js';

describe('throttled source', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('passes at most four changes a second, and the last', () => {
    let value = 0;
    let change = () => {};
    const source = throttled({
      read: () => value,
      subscribe: (listener) => {
        change = listener;
        return () => {};
      },
    });
    const seen: number[] = [];
    const stop = source.subscribe(() => seen.push(source.read()));
    for (let i = 1; i <= 100; i++) {
      value = i;
      change();
      jest.advanceTimersByTime(10);
    }
    jest.advanceTimersByTime(250);
    expect(seen.length).toBeLessThanOrEqual(5);
    expect(seen.at(0)).toBe(1);
    expect(seen.at(-1)).toBe(100);
    stop();
    expect(jest.getTimerCount()).toBe(0);
  });
});
