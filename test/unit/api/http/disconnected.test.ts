import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Response } from 'express';
import { disconnected } from '../../../../src/api/http/disconnected.js';

const responseOf = (closed: boolean) =>
  Object.assign(new EventEmitter(), { closed }) as unknown as Response & EventEmitter;

describe('disconnected', () => {
  it('aborts when the response closes', () => {
    const res = responseOf(false);
    const signal = disconnected(res);
    expect(signal.aborted).toBe(false);
    res.emit('close');
    expect(signal.aborted).toBe(true);
  });

  it('is aborted for a closed response', () => {
    expect(disconnected(responseOf(true)).aborted).toBe(true);
  });
});
