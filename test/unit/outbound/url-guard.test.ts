import { describe, expect, it } from '@jest/globals';
import { UrlGuard } from '../../../src/outbound/url-guard.js';

/** These tests open no connection and resolve no name. */
describe('UrlGuard', () => {
  const refusalOf = (url: string, guard = new UrlGuard()) => {
    const check = guard.check(url);
    return check.verdict === 'refused' ? check.predicate : undefined;
  };

  it.each([
    'https://app.example.com/hook?x=1',
    'https://app.example.com:443/',
    'https://app.example.com:8443/',
    'https://app.example.com:30443/',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
    'HTTPS://APP.EXAMPLE.COM/',
    'https://local.example.com/',
  ])('accepts %s', (url) => expect(refusalOf(url)).toBeUndefined());

  it.each([
    ['http', 'http://app.example.com/'],
    ['another scheme', 'ftp://app.example.com/'],
    ['a file', 'file:///etc/passwd'],
    ['a script', 'javascript:alert(1)'],
    ['text that is not a URL', 'app.example.com/hook'],
    ['nothing', ''],
    ['an invalid host', 'https://exa mple.com/'],
  ])('requires https: %s', (_, url) => expect(refusalOf(url)).toBe('must be an https URL'));

  it('refuses user names and passwords', () => {
    const refusal = 'must not contain a user name or password';
    expect(refusalOf('https://ada@app.example.com/')).toBe(refusal);
    expect(refusalOf('https://ada:pw@app.example.com/')).toBe(refusal);
    expect(refusalOf('https://:pw@app.example.com/')).toBe(refusal);
  });

  it.each([22, 25, 80, 110, 445, 587, 993, 2049, 3306, 5432, 6000, 6379, 6667, 11_211, 27_017])(
    'refuses port %i',
    (port) => expect(refusalOf(`https://app.example.com:${port}/`)).toBe(`must not use port ${port}`),
  );

  it('refuses a URL that is too long', () => {
    const ofLength = (length: number) => 'https://app.example.com/'.padEnd(length, 'x');
    expect(refusalOf(ofLength(8_192))).toBeUndefined();
    expect(refusalOf(ofLength(8_193))).toBe('must have at most 8192 characters');
  });

  it.each([
    ['loopback', 'https://127.0.0.1/'],
    ['loopback by name', 'https://localhost/'],
    ['loopback by name, absolute', 'https://LOCALHOST./'],
    ['loopback by name, below', 'https://x.localhost/'],
    ['loopback, IPv6', 'https://[::1]/'],
    ['loopback, decimal', 'https://2130706433/'],
    ['loopback, octal', 'https://0177.0.0.1/'],
    ['loopback, hexadecimal', 'https://0x7f000001/'],
    ['loopback, mixed', 'https://0x7f.1/'],
    ['loopback, shortened', 'https://127.1/'],
    ['loopback, full width', 'https://１２７.0.0.1/'],
    ['loopback, percent-encoded', 'https://%31%32%37.0.0.1/'],
    ['loopback, mapped', 'https://[::ffff:127.0.0.1]/'],
    ['loopback, mapped in hex', 'https://[::ffff:7f00:1]/'],
    ['loopback, compatible', 'https://[::7f00:1]/'],
    ['loopback through NAT64', 'https://[64:ff9b::7f00:1]/'],
    ['unspecified', 'https://0/'],
    ['unspecified, IPv6', 'https://[::]/'],
    ['private', 'https://10.1.2.3/'],
    ['private, decimal', 'https://167838211/'],
    ['private', 'https://192.168.0.1:8443/'],
    ['link-local and metadata', 'https://169.254.169.254/latest/meta-data/'],
    ['metadata, octal', 'https://0251.0376.0251.0376/'],
    ['metadata of Azure', 'https://168.63.129.16/'],
    ['metadata by name', 'https://metadata.google.internal/'],
    ['carrier-grade NAT', 'https://100.64.0.1/'],
    ['multicast', 'https://224.0.0.1/'],
    ['unique local', 'https://[fd00::1]/'],
    ['link-local, IPv6', 'https://[fe80::1]/'],
    ['the network by name', 'https://printer.local/'],
  ])('refuses %s: %s', (_, url) =>
    expect(refusalOf(url)).toBe('must not point into a private or reserved network'),
  );

  describe('with allowed hosts', () => {
    const allowing = new UrlGuard([
      '127.0.0.1:9000',
      'Hooks.internal:443',
      '[::1]:8080',
      'plain.example.com:80',
    ]);

    it.each([
      'http://127.0.0.1:9000/x',
      'https://127.0.0.1:9000/x',
      'http://2130706433:9000/',
      'https://hooks.internal/',
      'http://[::1]:8080/',
      'http://[0:0::1]:8080/',
      'http://plain.example.com/',
    ])('accepts %s', (url) => expect(allowing.check(url)).toMatchObject({ verdict: 'allowed' }));

    it.each([
      'http://127.0.0.1:9001/',
      'https://127.0.0.1/',
      'http://hooks.internal/',
      'https://hooks.internal:8443/',
      'https://x.hooks.internal/',
      'https://ada@hooks.internal/',
      'ftp://127.0.0.1:9000/',
    ])('still refuses %s', (url) => expect(refusalOf(url, allowing)).toBeDefined());

    it('treats other hosts as public', () =>
      expect(allowing.check('https://app.example.com/')).toMatchObject({ verdict: 'public' }));
  });
});
