import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClientConfigTLS } from '@temporalio/envconfig';
import { SettingsError } from '../config/env.js';

type Source = NonNullable<ClientConfigTLS['clientCert']>;

const PEM_CERTIFICATES = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g;

/** Parts of the TLS configuration, named as in `ClientConfigTLS`, in the environment and in the configuration file. */
const PARTS = {
  clientCert: { setting: 'TEMPORAL_TLS_CLIENT_CERT', key: 'client_cert', holds: 'a certificate' },
  clientKey: { setting: 'TEMPORAL_TLS_CLIENT_KEY', key: 'client_key', holds: 'an unencrypted private key' },
  serverCACert: { setting: 'TEMPORAL_TLS_SERVER_CA_CERT', key: 'server_ca_cert', holds: 'a certificate' },
} as const;

type Part = keyof typeof PARTS;

/**
 * Reads the files of a TLS configuration and checks that they contain what they should.
 * @returns the configuration with the content of the files.
 * @throws SettingsError that names the setting of every problem.
 */
export function readTlsFiles(tls: ClientConfigTLS, env: Record<string, string>): ClientConfigTLS {
  if (tls.disabled) return tls;
  const problems: string[] = [];
  const read: ClientConfigTLS = { ...tls };
  for (const part of Object.keys(PARTS) as Part[]) {
    const source = tls[part];
    if (source === undefined) continue;
    try {
      read[part] = { data: contentOf(part, source) };
    } catch (error) {
      problems.push(`${nameOf(part, source, env)} ${(error as Error).message}`);
    }
  }
  if (problems.length === 0) problems.push(...problemsOfPair(read));
  if (problems.length > 0) throw new SettingsError(problems);
  return read;
}

function contentOf(part: Part, source: Source): Buffer {
  const content = 'path' in source ? readOrExplain(source.path) : Buffer.from(source.data);
  if (!(part === 'clientKey' ? isKey(content) : isCertificate(content))) {
    throw new Error(`must contain ${PARTS[part].holds} in PEM format`);
  }
  return content;
}

function readOrExplain(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    // Not the path: it may be a key that was given in the wrong setting.
    const { code } = error as NodeJS.ErrnoException;
    const message = `cannot be read (${code}): correct the path, or give this user access to the file`;
    throw new Error(message, { cause: error });
  }
}

function problemsOfPair({ clientCert, clientKey }: ClientConfigTLS): string[] {
  const [certificate, key] = [PARTS.clientCert.setting, PARTS.clientKey.setting];
  if (!clientCert !== !clientKey)
    return [`${certificate}_* and ${key}_* belong together: set both or neither`];
  if (!clientCert || !clientKey || !('data' in clientCert) || !('data' in clientKey)) return [];
  const matches = new X509Certificate(clientCert.data).checkPrivateKey(
    createPrivateKey(Buffer.from(clientKey.data)),
  );
  return matches ? [] : [`${key}_* is not the key of ${certificate}_*`];
}

function nameOf(part: Part, source: Source, env: Record<string, string>): string {
  const { setting, key } = PARTS[part];
  const kind = 'path' in source ? 'path' : 'data';
  const variable = `${setting}_${kind.toUpperCase()}`;
  return variable in env ? variable : `${key}_${kind} in Temporal's configuration file`;
}

function isCertificate(content: Buffer): boolean {
  const certificates = content.toString().match(PEM_CERTIFICATES) ?? [];
  return certificates.length > 0 && succeeds(() => certificates.map((pem) => new X509Certificate(pem)));
}

function isKey(content: Buffer): boolean {
  return succeeds(() => createPrivateKey(content));
}

function succeeds(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}
