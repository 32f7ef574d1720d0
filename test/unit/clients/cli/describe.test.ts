import { describe as suite, expect, it } from '@jest/globals';
import { describe } from '../../../../clients/src/cli/describe.js';
import { LonghaulError } from '../../../../clients/src/client/index.js';

suite('describe', () => {
  it('asks to report an unexpected error', () => {
    const text = describe(new TypeError("Cannot read properties of undefined (reading 'x')"));
    expect(text).toMatch(/^Cannot read.*fault of longhaul.*Report it.*DEBUG=1/);
    expect(text).not.toContain('\n');
  });

  it('keeps each text of an answer on one line', () => {
    const errors = [1, 2].map((number) => ({ path: `a\n${number}`, message: 'b\u001B[0m' }));
    const error = new LonghaulError('X\u001B[31m', 'First\nsecond', { requestId: 'r\u001B[1m', errors });
    expect(describe(error)).toBe('First second (X [31m, request r [1m)\n  a 1: b [0m\n  a 2: b [0m');
  });

  it('passes on the reason of the system', () => {
    const error = Object.assign(new Error('EROFS: read-only file system'), { syscall: 'mkdir' });
    expect(describe(error)).toBe('EROFS: read-only file system');
  });
});
