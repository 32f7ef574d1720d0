import { describe, expect, it } from '@jest/globals';
import { callbackRefusal } from '../../../src/outbound/callback-refusal.js';
import { UrlGuard } from '../../../src/outbound/url-guard.js';

describe('a callback URL', () => {
  it('is judged by the guard', () => {
    const refusal = callbackRefusal(new UrlGuard(['127.0.0.1:9000']), ['whsec_x']);
    expect(refusal('https://app.example.com/hook')).toBeUndefined();
    expect(refusal('http://127.0.0.1:9000/hook')).toBeUndefined();
    expect(refusal('http://127.0.0.1/hook')).toBe('must be an https URL');
  });

  it('is refused where nothing could be signed, and the answer says who can change that', () => {
    expect(callbackRefusal(new UrlGuard(), [])('https://app.example.com/hook')).toContain('WEBHOOK_SECRETS');
  });
});
