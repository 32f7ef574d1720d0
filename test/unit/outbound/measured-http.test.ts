import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { measuredHttp } from '../../../src/outbound/measured-http.js';
import { OutboundError } from '../../../src/outbound/outbound-error.js';

const REQUEST = { method: 'GET', url: 'https://files.example/a', answerMs: 1_000 } as const;

async function outcomeOf(answer: number | Error): Promise<string[]> {
  const outcomes: string[] = [];
  const send = async () => {
    if (answer instanceof Error) throw answer;
    return { status: answer, headers: {}, body: Readable.from([]) };
  };
  const http = measuredHttp({ send }, (outcome) => outcomes.push(outcome));
  await http.send(REQUEST).catch(() => {});
  return outcomes;
}

describe('measuredHttp', () => {
  it.each([
    [200, 'ok'],
    [302, 'ok'],
    [404, 'rejected'],
    [503, 'failing'],
    [new OutboundError('timeout', 'late'), 'late'],
    [new OutboundError('unreachable', 'away'), 'failing'],
    [new OutboundError('refused', 'private'), 'refused'],
  ])('reports %s as %s', async (answer, outcome) => {
    expect(await outcomeOf(answer)).toEqual([outcome]);
  });

  it('reports no aborted request', async () => {
    expect(await outcomeOf(new Error('aborted'))).toEqual([]);
  });
});
