import { describe, expect, it } from '@jest/globals';
import { type LogFields, logFields, withLogFields } from '../../../../src/concurrency/log-fields.js';
import { OneLineAMinute } from '../../../../src/telemetry/tracing/one-line-a-minute.js';
import { Sampling } from '../../../../src/telemetry/tracing/sampling.js';
import { jobSpanId, parseTraceparent, traceparentOf } from '../../../../src/contract/tracing.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('parseTraceparent', () => {
  it('reads what it writes', () => {
    for (const sampled of [true, false]) {
      const context = { traceId: TRACE, spanId: SPAN, sampled };
      expect(parseTraceparent(traceparentOf(context))).toEqual(context);
    }
  });

  it.each([
    undefined,
    '',
    `01-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}`,
  ])('ignores %p', (value) => {
    expect(parseTraceparent(value)).toBeUndefined();
  });

  it('names the span of a job by its run', () => {
    expect(jobSpanId('01a22679-d695-7dd6-b124-53140697a07c')).toBe('b12453140697a07c');
    expect(jobSpanId('callback/x/01a22679-d695-7dd6-b124-53140697a07c')).toBe('b12453140697a07c');
  });
});

describe('Sampling', () => {
  const caller = { traceId: TRACE, spanId: SPAN, sampled: true };

  it('believes ten callers a second', () => {
    let now = 0;
    const sampling = new Sampling(0, () => now);
    const believed = () => Array.from({ length: 30 }, () => sampling.ofCaller(caller)).filter(Boolean).length;
    expect(believed()).toBe(10);
    now += 1_000;
    expect(believed()).toBe(10);
  });

  it('records no trace that the caller does not', () => {
    expect(new Sampling(1).ofCaller({ ...caller, sampled: false })).toBe(false);
  });

  it.each([
    [0, 0],
    [1, 1_000],
  ])('records a share of %p', (ratio, expected) => {
    const sampling = new Sampling(ratio);
    const ids = Array.from({ length: 1_000 }, (_, i) => (i * 4_294_967).toString(16).padStart(32, 'f'));
    expect(ids.filter((id) => sampling.ofRoot(id))).toHaveLength(expected);
  });
});

describe('OneLineAMinute', () => {
  it('logs the first problem of each minute', () => {
    let now = 0;
    const logged: unknown[] = [];
    const lines = new OneLineAMinute({ warn: (fields: object) => void logged.push(fields) }, 'm', () => now);
    lines.error(JSON.stringify({ message: 'refused', stack: 'at x' }));
    lines.warn('more');
    now = 60_000;
    lines.error('plain');
    expect(logged).toEqual([{ reason: 'refused' }, { reason: 'plain' }]);
  });

  it('name no request or job that happened to run', () => {
    const fields: LogFields[] = [];
    const lines = new OneLineAMinute({ warn: () => void fields.push(logFields()) }, 'm');
    withLogFields({ requestId: 'a', jobId: 'b' }, () => lines.warn('c'));
    expect(fields).toEqual([{}]);
  });
});
