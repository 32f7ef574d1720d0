import { describe, expect, it } from '@jest/globals';
import { eventParser } from '../../../../../clients/src/client/follow/event-parser.js';

const TEXT = ': hello\n\nretry: 2000\n\nid: a\ndata: {"n":\ndata: 1}\n\nid: b\ndata:é€😀\n\ndata: last\n';

function eventsOf(parts: string[]): string[] {
  const events: string[] = [];
  const parse = eventParser((data) => events.push(data));
  for (const part of parts) parse(part);
  return events;
}

describe('eventParser', () => {
  const wanted = ['{"n":\n1}', 'é€😀'];

  it.each(['\n', '\r\n', '\r'])('reads lines that end in %j', (lineEnd) => {
    expect(eventsOf([TEXT.replaceAll('\n', lineEnd)])).toEqual(wanted);
  });

  it.each(['\n', '\r\n', '\r'])('reads text cut anywhere, lines end in %j', (lineEnd) => {
    const text = TEXT.replaceAll('\n', lineEnd);
    for (let at = 0; at <= text.length; at++) {
      expect(eventsOf([text.slice(0, at), text.slice(at)])).toEqual(wanted);
    }
    expect(eventsOf(text.split(''))).toEqual(wanted);
  });

  it.each([
    ['a line', 'x'.repeat(10_000)],
    ['an event', `data: ${'x'.repeat(10_000)}\n`],
  ])('refuses %s without end', (_, part) => {
    const endless = Array.from({ length: 200 }, () => part);
    expect(() => eventsOf(endless)).toThrow(RangeError);
  });
});
