import { afterEach, describe, expect, it } from '@jest/globals';
import type { HttpOptions } from '../../../../src/api/dependencies.js';
import { type ApiServer, appDependencies, startApiServer } from '../../../support/api-server.js';

describe('pageOrigin', () => {
  let server: ApiServer | undefined;
  afterEach(() => server?.stop());

  async function check(http: Partial<HttpOptions>, origin: string | undefined, type: string) {
    server = await startApiServer({ http: { ...appDependencies().http, ...http } });
    const response = await fetch(`${server.baseUrl}/v1/download/check`, {
      method: 'POST',
      headers: { 'content-type': type, ...(origin === undefined ? {} : { origin }) },
      body: '{"fileId":70000}',
    });
    return response.status;
  }
  const restricted = { corsOrigins: ['https://app.test'] };

  it.each([
    ['a foreign page', 'https://evil.test', 403],
    ['an opaque page', 'null', 403],
    ['an allowed page', 'https://app.test', 200],
    ['a client that is no browser', undefined, 200],
  ])('answers text of %s', async (_, origin, status) => {
    expect(await check(restricted, origin, 'text/plain')).toBe(status);
  });

  it('leaves JSON to the preflight request', async () => {
    expect(await check(restricted, 'https://evil.test', 'application/json')).toBe(200);
  });

  it('accepts text of every page by default', async () => {
    expect(await check({}, 'https://any.test', 'text/plain')).toBe(200);
  });

  it('accepts text of our own pages', async () => {
    const own = { ...restricted, publicUrl: 'https://downloads.test' };
    expect(await check(own, 'https://downloads.test', 'text/plain')).toBe(200);
  });
});
