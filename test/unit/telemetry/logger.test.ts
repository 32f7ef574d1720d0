import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { addLogFields, withLogFields } from '../../../src/concurrency/log-fields.js';
import { LogLevel } from '../../../src/telemetry/log-level.js';
import { createLogger, type Logger } from '../../../src/telemetry/logger.js';
import { temporalLogger } from '../../../src/telemetry/temporal-logger.js';
import { userHash } from '../../../src/telemetry/user-hash.js';

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
    logger = createLogger('info', 'longhaul-test', {
      version: '1.2.3',
      destination: { write: (line) => void lines.push(line) },
    });
  });

  const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  it('writes JSON lines with level, time and origin', () => {
    logger.info({ jobId: 'j' }, 'two\nlines');
    logger.error('failed');
    const base = {
      time: expect.any(String),
      service: 'longhaul-test',
      version: '1.2.3',
      instance: expect.stringContaining(`:${process.pid}`),
    };
    expect(lines.map((line) => line.indexOf('\n'))).toEqual(lines.map((line) => line.length - 1));
    expect(logged()).toEqual([
      { level: 'info', ...base, jobId: 'j', msg: 'two\nlines' },
      { level: 'error', ...base, msg: 'failed' },
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
    ['the query of a URL in a message', { err: new Error('GET https://a.example/x?sig=hunter2 failed') }],
    ['a webhook secret in a message', { note: 'key whsec_hunter2+/== rejected' }],
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

  it('drops what libraries attach to errors', () => {
    const inner = Object.assign(new Error('inner'), { config: { headers: { authorization: 'hunter2' } } });
    logger.info({ err: new Error('outer', { cause: inner }) }, 'message');
    expect(lines[0]).not.toMatch(/hunter2|config/);
    expect(lines[0]).toContain('inner');
  });

  it('adds the fields of a request to its lines', async () => {
    await withLogFields({ requestId: 'r' }, async () => {
      await Promise.resolve();
      addLogFields({ jobId: 'j' });
      logger.info('inside');
    });
    logger.info('outside');
    expect(logged()[0]).toMatchObject({ requestId: 'r', jobId: 'j', msg: 'inside' });
    expect(logged()[1]).not.toHaveProperty('requestId');
  });

  it('replaces user ids by hashes', () => {
    const hashed = createLogger('info', 'test', {
      hashUserIds: true,
      destination: { write: (line) => void lines.push(line) },
    });
    hashed.child({ userId: 'ada"lovelace' }).info({ workflowId: 'lane/ada%22lovelace' }, 'started');
    expect(lines[0]).not.toContain('lovelace');
    expect(logged()[0]).toMatchObject({ userId: userHash('ada"lovelace') });
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
    const logger = createLogger('trace', 'longhaul-test', {
      destination: { write: (line) => void lines.push(line) },
    });
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

  it('drops the input of workflows', () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const temporal = temporalLogger(createLogger('trace', 'longhaul-test', { destination }));
    temporal.trace('Got workflow activation', {
      runId: 'r',
      taskToken: 't',
      jobs: [{ arguments: ['hunter2'] }],
    });
    expect(lines[0]).not.toMatch(/hunter2|taskToken/);
    expect(lines[0]).toContain('"runId":"r"');
  });

  it('hides the warning about queues without workflows', () => {
    const lines: string[] = [];
    const temporal = temporalLogger(
      createLogger('info', 'longhaul-test', { destination: { write: (line) => void lines.push(line) } }),
    );
    temporal.warn('No workflows registered, not polling for workflow tasks');
    temporal.warn('No activities registered, not polling for activity tasks');
    expect(lines).toEqual([expect.stringContaining('No activities')]);
  });

  it('writes errors as err and the job', () => {
    const lines: string[] = [];
    const temporal = temporalLogger(
      createLogger('info', 'longhaul-test', { destination: { write: (line) => void lines.push(line) } }),
    );
    temporal.error('Worker failed', {
      workflowId: 'download/j',
      error: new Error('outer', { cause: new Error('inner') }),
    });
    expect(JSON.parse(lines[0]!)).toMatchObject({
      jobId: 'j',
      err: { message: 'outer', stack: expect.any(String), cause: { message: 'inner' } },
    });
  });
});

describe('LogLevel', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('steps children of a logger for ten minutes', () => {
    const lines: string[] = [];
    const level = new LogLevel('info');
    const child = createLogger(level, 'test', {
      destination: { write: (line) => void lines.push(line) },
    }).child({ a: 1 });
    child.debug('hidden');
    expect(level.step()).toBe('debug');
    child.debug('shown');
    child.trace('hidden');
    jest.advanceTimersByTime(600_000);
    child.debug('hidden again');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['shown']);
  });

  it.each([
    ['info', ['debug', 'trace', 'info', 'debug']],
    ['error', ['info', 'debug', 'trace', 'error']],
    ['trace', ['trace']],
    ['silent', ['info', 'debug', 'trace', 'silent']],
  ])('steps from %s to trace and back', (configured, expected) => {
    const level = new LogLevel(configured);
    expect(expected.map(() => level.step())).toEqual(expected);
  });
});
