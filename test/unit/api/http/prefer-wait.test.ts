import { describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import { preferredWait } from '../../../../src/api/http/prefer-wait.js';

function wait(waitMs?: string, prefer?: string) {
  const url = waitMs === undefined ? '/' : `/?waitMs=${waitMs}`;
  return preferredWait({ url, query: { waitMs }, headers: { prefer } } as unknown as Request);
}

describe('preferredWait', () => {
  it('is zero by default', () => {
    expect(wait()).toEqual({ ms: 0, preferred: false });
  });

  it.each([
    ['0', 0],
    ['1500', 1_500],
    ['30000', 30_000],
  ])('reads waitMs=%s', (text, ms) => {
    expect(wait(text)).toEqual({ ms, preferred: false });
  });

  it('reads wait_ms and names it in errors', () => {
    const inSnakeCase = (wait_ms: string) =>
      preferredWait({ url: '/?', query: { wait_ms }, headers: {} } as unknown as Request);
    expect(inSnakeCase('1500')).toEqual({ ms: 1_500, preferred: false });
    expect(() => inSnakeCase('soon')).toThrow(/^wait_ms must be a whole number/);
  });

  it.each(['-1', '30001', '1.5', 'soon', '', '1e3', '999999'])('rejects waitMs=%s', (text) => {
    expect(() => wait(text)).toThrow(/whole number from 0 to 30000/);
  });

  it.each([
    ['wait=7', 7_000],
    ['Wait = 7', 7_000],
    ['wait="7"', 7_000],
    ['respond-async, wait=7', 7_000],
    ['wait=7; foo=bar, wait=9', 7_000],
    ['wait=600', 30_000],
    ['wait=99999999999999999999', 30_000],
    ['wait=soon, wait=5, wait=6', 5_000],
    ['foo="a,wait=3", wait=5', 5_000],
    ['foo="a\\",wait=3"; bar=", wait=4", wait=5', 5_000],
    ['wait=0', 0],
  ])('reads Prefer: %s', (header, ms) => {
    expect(wait(undefined, header)).toEqual({ ms, preferred: true });
  });

  it.each([
    'respond-async',
    'wait',
    'wait=soon',
    'wait=-1',
    'waiting=5',
    'foo;wait=5',
    'wait="5',
    'foo="a, wait=5',
    'foo="\\',
  ])('ignores Prefer: %s', (header) => {
    expect(wait(undefined, header)).toEqual({ ms: 0, preferred: false });
  });

  it('prefers waitMs to Prefer', () => {
    expect(wait('5', 'wait=7')).toEqual({ ms: 5, preferred: false });
  });
});
