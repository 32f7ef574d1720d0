import { afterEach, describe, expect, it } from '@jest/globals';
import { SettingsError } from '../../../src/config/env.js';
import { temporalConnection } from '../../../src/temporal/connection.js';

describe('temporalConnection', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  it.each([
    ['TEMPORAL_API_KEY', 'TEMPORAL_API_KEY'],
    ['TEMPORAL_GRPC_META_X_TOKEN', 'The gRPC header x-token'],
  ])('rejects a %s invalid in headers without echoing it', (variable, name) => {
    process.env[variable] = 'sëcret\n';
    let thrown: unknown;
    try {
      temporalConnection();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SettingsError);
    expect((thrown as SettingsError).problems).toEqual([
      `${name} must contain only printable ASCII characters`,
    ]);
  });

  const problems = () => {
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
  ])('rejects %s=%s', (variable, value) => {
    process.env[variable] = value;
    expect(problems()).toEqual([expect.stringMatching(new RegExp(`^${variable} must be `))]);
  });

  it('rejects a missing profile', () => {
    process.env['TEMPORAL_PROFILE'] = 'nowhere';
    expect(problems()).toEqual([expect.stringMatching(/^TEMPORAL_\* settings are invalid: .*nowhere/)]);
  });

  it('treats an empty setting as absent', () => {
    process.env['TEMPORAL_ADDRESS'] = '';
    process.env['TEMPORAL_TLS'] = '';
    expect(temporalConnection().connectionOptions.address).not.toBe('');
  });

  it.each(['temporal:7233', '[::1]:7233', '10.0.0.1:7233'])('accepts the address %s', (address) => {
    process.env['TEMPORAL_ADDRESS'] = address;
    expect(temporalConnection().connectionOptions.address).toBe(address);
  });

  it('passes other settings on unchanged', () => {
    process.env['TEMPORAL_API_KEY'] = 'a key';
    expect(temporalConnection()).toMatchObject({
      namespace: 'default',
      connectionOptions: { apiKey: 'a key' },
    });
  });
});
