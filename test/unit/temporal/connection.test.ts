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

  const refusal = () => {
    try {
      temporalConnection();
    } catch (error) {
      return (error as SettingsError).problems;
    }
    return [];
  };

  it.each([
    ['TEMPORAL_TLS', 'maybe'],
    ['TEMPORAL_TLS', 'True'],
    ['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION', 'no'],
    ['TEMPORAL_ADDRESS', 'http://temporal:7233'],
    ['TEMPORAL_ADDRESS', 'temporal'],
    ['TEMPORAL_ADDRESS', 'temporal:99999'],
  ])('is not made with %s=%s', (variable, value) => {
    process.env[variable] = value;
    expect(refusal()).toEqual([expect.stringMatching(new RegExp(`^${variable} must be `))]);
  });

  it('is not made with a profile that is not there', () => {
    process.env['TEMPORAL_PROFILE'] = 'nowhere';
    expect(refusal()).toEqual([expect.stringMatching(/^TEMPORAL_\* cannot be used: .*nowhere/)]);
  });

  it('takes an empty setting for an absent one', () => {
    process.env['TEMPORAL_ADDRESS'] = '';
    process.env['TEMPORAL_TLS'] = '';
    expect(temporalConnection().connectionOptions.address).not.toBe('');
  });

  it.each(['temporal:7233', '[::1]:7233', '10.0.0.1:7233'])('is made to %s', (address) => {
    process.env['TEMPORAL_ADDRESS'] = address;
    expect(temporalConnection().connectionOptions.address).toBe(address);
  });

  it('is made with the settings as they are otherwise', () => {
    process.env['TEMPORAL_API_KEY'] = 'a key';
    expect(temporalConnection()).toMatchObject({
      namespace: 'default',
      connectionOptions: { apiKey: 'a key' },
    });
  });
});
