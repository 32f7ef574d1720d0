import { afterEach, describe, expect, it } from '@jest/globals';
import { SettingsError } from '../../../src/config/env.js';
import { temporalConnection } from '../../../src/temporal/connection.js';

describe('the connection to Temporal', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  it.each([
    ['TEMPORAL_API_KEY', 'TEMPORAL_API_KEY'],
    ['TEMPORAL_GRPC_META_X_TOKEN', 'The gRPC header x-token'],
  ])('is not made with a %s that no header may hold, which nothing repeats', (variable, name) => {
    process.env[variable] = 'sëcret\n';
    let thrown: unknown;
    try {
      temporalConnection();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SettingsError);
    expect((thrown as SettingsError).problems).toEqual([`${name} must have printable ASCII characters only`]);
  });

  it('is made with the settings as they are otherwise', () => {
    process.env['TEMPORAL_API_KEY'] = 'a key';
    expect(temporalConnection()).toMatchObject({
      namespace: 'default',
      connectionOptions: { apiKey: 'a key' },
    });
  });
});
