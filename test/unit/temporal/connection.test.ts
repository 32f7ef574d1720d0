import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SettingsError } from '../../../src/config/env.js';
import { temporalConnection } from '../../../src/temporal/connection.js';
import { CERTIFICATE, CERTIFICATE_KEY } from '../../support/certificates.js';

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

  describe('with TLS', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'longhaul-tls-'));
      await writeFile(join(folder, 'certificate.pem'), CERTIFICATE);
      await writeFile(join(folder, 'key.pem'), CERTIFICATE_KEY);
      await writeFile(join(folder, 'broken.pem'), CERTIFICATE.replace('MII', 'AAA'));
      await writeFile(join(folder, 'empty.pem'), '');
    });
    afterEach(() => rm(folder, { recursive: true }));

    const set = (settings: Record<string, string>) => {
      for (const [name, value] of Object.entries(settings)) {
        process.env[`TEMPORAL_TLS_${name}`] = name.endsWith('PATH') ? join(folder, value) : value;
      }
    };

    it('reads certificates and keys from files and settings', () => {
      set({ CLIENT_CERT_PATH: 'certificate.pem', CLIENT_KEY_DATA: CERTIFICATE_KEY });
      set({ SERVER_CA_CERT_PATH: 'certificate.pem' });
      const { tls } = temporalConnection().connectionOptions;
      expect(tls).toMatchObject({
        clientCertPair: { crt: Buffer.from(CERTIFICATE), key: Buffer.from(CERTIFICATE_KEY) },
        serverRootCACertificate: Buffer.from(CERTIFICATE),
      });
    });

    it('reports all files that cannot be used together', () => {
      set({ CLIENT_CERT_PATH: 'absent.pem', CLIENT_KEY_PATH: '', SERVER_CA_CERT_PATH: 'key.pem' });
      expect(problems()).toEqual([
        expect.stringMatching(/^TEMPORAL_TLS_CLIENT_CERT_PATH cannot be read \(ENOENT\)/),
        expect.stringMatching(/^TEMPORAL_TLS_CLIENT_KEY_PATH cannot be read \(EISDIR\)/),
        'TEMPORAL_TLS_SERVER_CA_CERT_PATH must contain a certificate in PEM format',
      ]);
    });

    it.each([
      ['SERVER_CA_CERT_PATH', 'broken.pem', 'a certificate'],
      ['SERVER_CA_CERT_PATH', 'empty.pem', 'a certificate'],
      ['SERVER_CA_CERT_DATA', 'hunter2', 'a certificate'],
      ['CLIENT_KEY_DATA', 'hunter2', 'an unencrypted private key'],
      ['CLIENT_KEY_PATH', 'certificate.pem', 'an unencrypted private key'],
    ])('rejects %s of %s', (name, value, content) => {
      set({ [name]: value });
      expect(problems()).toEqual([`TEMPORAL_TLS_${name} must contain ${content} in PEM format`]);
    });

    it('requires certificate and key together, and of one pair', () => {
      set({ CLIENT_CERT_PATH: 'certificate.pem' });
      expect(problems()).toEqual([expect.stringContaining('belong together: set both or neither')]);
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      set({ CLIENT_KEY_DATA: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string });
      expect(problems()).toEqual(['TEMPORAL_TLS_CLIENT_KEY_* is not the key of TEMPORAL_TLS_CLIENT_CERT_*']);
    });

    it('names the entry of a profile', async () => {
      const file = join(folder, 'temporal.toml');
      await writeFile(file, '[profile.default.tls]\nserver_ca_cert_path = "/absent.pem"\n');
      process.env['TEMPORAL_CONFIG_FILE'] = file;
      expect(problems()).toEqual([
        expect.stringMatching(/^server_ca_cert_path in Temporal's configuration file cannot be read/),
      ]);
    });

    it.each([
      ['absent.toml', 'TEMPORAL_CONFIG_FILE cannot be read (ENOENT)'],
      ['', 'TEMPORAL_CONFIG_FILE cannot be read (EISDIR)'],
      ['secret.toml', 'TEMPORAL_* settings are invalid: Invalid TOML document'],
    ])('rejects the configuration file "%s" without echoing it', async (name, text) => {
      await writeFile(join(folder, 'secret.toml'), 'api_key = "hunter2" x');
      process.env['TEMPORAL_CONFIG_FILE'] = join(folder, name);
      expect(problems()).toEqual([expect.stringContaining(text)]);
      expect(problems().join()).not.toContain('hunter2');
    });
  });
});
