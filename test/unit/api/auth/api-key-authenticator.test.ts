import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeyAuthenticator } from '../../../../src/api/auth/api-key-authenticator.js';
import { ApiKeySource } from '../../../../src/api/auth/api-key-source.js';
import { createLogger } from '../../../../src/telemetry/logger.js';

const hash = (key: string) => createHash('sha256').update(key).digest('hex');

describe('ApiKeyAuthenticator', () => {
  let authenticator: ApiKeyAuthenticator;
  beforeAll(async () => {
    // The last entry is the result of `printf "$KEY" | sha256sum` with an unset variable.
    const entries = [`ada=sha256:${hash('a-1')}`, `grace=sha256:${hash('g-1')}`, `nobody=sha256:${hash('')}`];
    const logger = createLogger('silent', 'test');
    authenticator = new ApiKeyAuthenticator(await ApiKeySource.open({ entries, file: undefined, logger }), [
      'grace',
    ]);
  });

  it.each([
    ['a bearer token', { authorization: 'Bearer a-1' }, 'ada', false],
    ['a bearer token in another case', { authorization: 'bearer  a-1' }, 'ada', false],
    ['X-Api-Key', { 'x-api-key': 'g-1' }, 'grace', true],
    ['both', { authorization: 'Bearer g-1', 'x-api-key': 'g-1' }, 'grace', true],
    [
      'X-Api-Key next to proxy credentials',
      { authorization: 'Basic eA==', 'x-api-key': 'a-1' },
      'ada',
      false,
    ],
    ['X-Api-Key, ignoring X-User-Id', { 'x-api-key': 'a-1', 'x-user-id': 'grace' }, 'ada', false],
  ])('accepts the key from %s', async (_, headers, userId, admin) => {
    expect(await authenticator.authenticate(headers)).toEqual({ userId, admin });
  });

  it('rejects everything else with the same text', async () => {
    const rejected = [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: 'a-1' },
      { authorization: 'Basic a-1' },
      { authorization: 'Bearer a-2' },
      { authorization: 'Bearer a-1 g-1' },
      { authorization: `Bearer ${hash('a-1')}` },
      { 'x-api-key': '' },
      { 'x-api-key': 'a-1, a-1' },
      { 'x-user-id': 'ada' },
      { authorization: 'Bearer a-1', 'x-api-key': 'g-1' },
      { authorization: 'Bearer a-1', 'x-api-key': '' },
    ];
    const errors = await Promise.all(
      rejected.map((headers) => authenticator.authenticate(headers).catch((error: unknown) => error)),
    );
    for (const error of errors) expect(error).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(new Set(errors.map((error) => (error as Error).message)).size).toBe(1);
  });
});
