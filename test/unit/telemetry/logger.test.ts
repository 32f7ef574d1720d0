import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger, type Logger } from '../../../src/telemetry/logger.js';
import { temporalLogger } from '../../../src/telemetry/temporal-logger.js';

interface LoggedError {
  type: string;
  message: string;
  stack: string;
  code?: string;
  cause?: LoggedError;
}

describe('createLogger', () => {
  let lines: string[];
  let logger: Logger;
  beforeEach(() => {
    lines = [];
    logger = createLogger('info', 'longhaul-test', { write: (line) => void lines.push(line) });
  });

  const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  it('writes JSON lines with level, time and service', () => {
    logger.info({ jobId: 'j' }, 'two\nlines');
    logger.error('failed');
    expect(lines.map((line) => line.indexOf('\n'))).toEqual(lines.map((line) => line.length - 1));
    expect(logged()).toEqual([
      { level: 'info', time: expect.any(String), service: 'longhaul-test', jobId: 'j', msg: 'two\nlines' },
      { level: 'error', time: expect.any(String), service: 'longhaul-test', msg: 'failed' },
    ]);
  });

  it('writes UTC times with milliseconds', () => {
    const before = Date.now();
    logger.info('now');
    const time = logged()[0]?.['time'] as string;
    expect(new Date(time).toISOString()).toBe(time);
    expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
  });

  it('drops lines below its level', () => {
    logger.debug('detail');
    expect(lines).toEqual([]);
  });

  it.each([
    ['authorization', { authorization: 'hunter2' }],
    ['a cookie of a request', { req: { headers: { cookie: 'hunter2' } } }],
    ['an API key of a request', { headers: { 'x-api-key': 'hunter2' } }],
    ['a header in any case', { headers: { Authorization: 'Bearer hunter2' } }],
    ['several values of one header', { headers: { cookie: ['hunter2', 'a]"hunter2'] } }],
    ['a deeply nested secret', { a: { b: { c: { d: { secret: 'hunter2 "quoted" \\' } } } } }],
    ['a number', { settings: { password: 4_711_4_711 } }],
    ['a token within a list', { links: [{ token: 'hunter2' }] }],
    [
      'headers of a failed request',
      { err: Object.assign(new Error('no'), { config: { headers: { authorization: 'hunter2' } } }) },
    ],
    [
      'a signature in the cause of an error',
      { err: new Error('outer', { cause: Object.assign(new Error('inner'), { signature: 'hunter2' }) }) },
    ],
  ])('redacts %s', (_, fields) => {
    logger.info({ ...fields, jobId: 'j' }, 'message');
    expect(lines[0]).not.toMatch(/hunter2|47114711/);
    expect(lines[0]).toContain('[secret]');
    expect(logged()[0]).toMatchObject({ jobId: 'j', msg: 'message' });
  });

  it('redacts secrets bound to a child logger', () => {
    logger.child({ headers: { authorization: 'hunter2' } }).info('message');
    expect(logged()[0]).toMatchObject({ headers: { authorization: '[secret]' } });
  });

  it('keeps fields that only resemble secrets', () => {
    logger.info({ tokens: 3, note: 'the "token":"of a text"' }, 'message');
    expect(logged()[0]).toMatchObject({ tokens: 3, note: 'the "token":"of a text"' });
  });

  it('writes errors with code, stack and all causes', () => {
    const root = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
    logger.error({ err: new Error('outer', { cause: new TypeError('inner', { cause: root }) }) }, 'failed');
    const err = logged()[0]?.['err'] as LoggedError;
    expect(err).toMatchObject({ type: 'Error', message: 'outer' });
    expect(err.stack).toContain('logger.test');
    expect(err.cause).toMatchObject({ type: 'TypeError', message: 'inner' });
    expect(err.cause?.cause).toMatchObject({ message: 'connection refused', code: 'ECONNREFUSED' });
  });
});

describe('temporalLogger', () => {
  it('writes each line at its level', () => {
    const lines: string[] = [];
    const logger = createLogger('trace', 'longhaul-test', { write: (line) => void lines.push(line) });
    const temporal = temporalLogger(logger);
    temporal.trace('a', { workflowId: 'w' });
    temporal.debug('b');
    temporal.info('c');
    temporal.warn('d');
    temporal.error('e');
    temporal.log('WARN', 'f');
    const logged = lines.map((line) => JSON.parse(line) as { level: string; msg: string });
    expect(logged.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      'trace a',
      'debug b',
      'info c',
      'warn d',
      'error e',
      'warn f',
    ]);
    expect(logged[0]).toMatchObject({ workflowId: 'w' });
  });

  it('hides the warning about queues without workflows', () => {
    const lines: string[] = [];
    const temporal = temporalLogger(
      createLogger('info', 'longhaul-test', { write: (line) => void lines.push(line) }),
    );
    temporal.warn('No workflows registered, not polling for workflow tasks');
    temporal.warn('No activities registered, not polling for activity tasks');
    expect(lines).toEqual([expect.stringContaining('No activities')]);
  });

  it('serializes errors logged as error', () => {
    const lines: string[] = [];
    const temporal = temporalLogger(
      createLogger('info', 'longhaul-test', { write: (line) => void lines.push(line) }),
    );
    temporal.error('Worker failed', { error: new Error('outer', { cause: new Error('inner') }) });
    expect(JSON.parse(lines[0]!)).toMatchObject({
      error: { message: 'outer', stack: expect.any(String), cause: { message: 'inner' } },
    });
  });
});
