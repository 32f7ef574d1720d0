import { describe, expect, it } from '@jest/globals';
import { callbackRefusal } from '../../../src/outbound/callback-refusal.js';
import { UrlGuard } from '../../../src/outbound/url-guard.js';

const silent = { info: () => {} };

describe('callbackRefusal', () => {
  it('applies the URL guard', () => {
    const refusal = callbackRefusal(new UrlGuard(['127.0.0.1:9000']), ['whsec_x'], silent);
    expect(refusal('https://app.example.com/hook')).toBeUndefined();
    expect(refusal('http://127.0.0.1:9000/hook')).toBeUndefined();
    expect(refusal('http://127.0.0.1/hook')).toBe('must be an https URL');
  });

  it.each([
    ['https://10.1.2.3/hook?token=hunter2', '10.1.2.3:443'],
    ['http://localhost:9000/hook', 'localhost:9000'],
    ['http://2130706433/hook', '127.0.0.1:80'],
    ['https://[fd00::1]:8443/hook', '[fd00::1]:8443'],
    ['https://app.example.com:6379/hook', 'app.example.com:6379'],
  ])('logs the entry that would allow %s', (url, entry) => {
    const lines: [object, string][] = [];
    const logger = { info: (details: object, message: string) => void lines.push([details, message]) };
    const refusal = callbackRefusal(new UrlGuard(), ['whsec_x'], logger)(url);
    expect(lines).toEqual([[{ entry, refusal }, expect.stringContaining('OUTBOUND_ALLOWED_HOSTS')]]);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(callbackRefusal(new UrlGuard([entry]), ['whsec_x'], logger)(url)).toBeUndefined();
    expect(lines).toHaveLength(1);
  });

  it.each(['nonsense', 'ftp://10.1.2.3/', 'https://ada:hunter2@10.1.2.3/', 'https://app.example.com/'])(
    'logs nothing for %s',
    (url) => {
      const logger = { info: () => expect(url).toBe('not logged') };
      callbackRefusal(new UrlGuard(), ['whsec_x'], logger)(url);
    },
  );

  it('refuses every URL without a secret', () => {
    expect(callbackRefusal(new UrlGuard(), [], silent)('https://app.example.com/hook')).toContain(
      'WEBHOOK_SECRETS',
    );
  });
});
