import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, startApiServer } from '../../../support/api-server.js';

const started = { start: async () => ({ createdAt: new Date(0).toISOString(), replayed: false }) };

describe('validHost', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer({ jobs: started as never });
  });
  afterAll(() => server.stop());

  const get = (hosts: string, target = '/livez', version = '1.1') =>
    server.raw(`GET ${target} HTTP/${version}\r\n${hosts}Connection: close\r\n\r\n`);

  it.each([
    ['spaces', 'Host: a b\r\n'],
    ['a path', 'Host: a/b\r\n'],
    ['a user', 'Host: user@a\r\n'],
    ['markup', 'Host: <script>\r\n'],
    ['quotes', 'Host: a"b\r\n'],
    ['nothing', 'Host:\r\n'],
    ['a port out of range', 'Host: a:99999\r\n'],
    ['a port of letters', 'Host: a:b\r\n'],
    ['an invalid address', 'Host: [::g]\r\n'],
    ['characters beyond ASCII', 'Host: gr\xfc\xdfe\r\n'],
    ['a second Host', 'Host: a\r\nHost: b\r\n'],
  ])('rejects %s', async (_, hosts) => {
    const answer = await get(hosts);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('"code":"INVALID_REQUEST"');
    expect(answer).toContain('"path":"Host"');
  });

  it.each(['a', 'a:1', 'my_service:3000', '127.0.0.1', '[::1]:3000', 'xn--mnchen-3ya.de.'])(
    'accepts %s',
    async (host) => {
      expect(await get(`Host: ${host}\r\n`)).toMatch(/^HTTP\/1.1 200 /);
    },
  );

  const statusUrlOf = (answer: string) => /"statusUrl":"([^"]*)"/.exec(answer)?.[1];
  const post = (target: string, version: string, host: string) =>
    server.raw(
      `POST ${target} HTTP/${version}\r\n${host}Connection: close\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"fileId":70000}`,
    );

  it('prefers the host of an absolute target', async () => {
    const answer = await post('http://target.test/v1/download/initiate', '1.1', 'Host: header.test\r\n');
    expect(statusUrlOf(answer)).toMatch(/^http:\/\/target\.test\/v1\/download\/status\//);
  });

  it('uses the local address for HTTP/1.0', async () => {
    const answer = await post('/v1/download/initiate', '1.0', '');
    expect(statusUrlOf(answer)).toMatch(new RegExp(`^${server.baseUrl}/v1/download/status/`));
  });
});
