import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestServer } from '../support/test-server.js';
import { waitFor } from '../support/wait-for.js';

describe('wrong settings', () => {
  let folder: string;
  let service: TestServer | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-settings-'));
  });
  afterEach(async () => {
    await service?.kill();
    await rm(folder, { recursive: true });
  });

  /** Runs a service until it ends, and returns what it printed, line by line. */
  async function printed(file: string, env: Record<string, string>): Promise<string[]> {
    service = new TestServer(process.execPath, [resolve('dist', file)], { DATA_DIR: folder, ...env }, []);
    service.start();
    await waitFor('the service to end', () => !service!.isRunning);
    expect(service.exitCode).toBe(1);
    return service.log.trimEnd().split('\n');
  }

  const HEADING = 'These settings are wrong:';

  it('are reported together', async () => {
    await Promise.all(['link-secret', 'stream-ticket-secret'].map((name) => mkdir(join(folder, name))));
    await writeFile(join(folder, 'ca.pem'), 'no certificate');
    const env = {
      AUTH_MODE: 'api-key',
      API_KEYS_FILE: folder,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: join(folder, 'ca.pem'),
    };
    expect(await printed('api/server.js', env)).toEqual([
      HEADING,
      '  TEMPORAL_TLS_SERVER_CA_CERT_PATH must contain a certificate in PEM format',
      expect.stringMatching(/^ {2}LINK_SECRET is not set, and .*link-secret cannot be used \(EISDIR\)/),
      expect.stringMatching(/^ {2}STREAM_TICKET_SECRET is not set, and .* cannot be used \(EISDIR\)/),
      '  API_KEYS_FILE cannot be read (EISDIR)',
    ]);
  });

  it.each(['api/server.js', 'worker.js'])('make %s print one line each', async (file) => {
    await writeFile(join(folder, 'file'), '');
    const env = { DATA_DIR: join(folder, 'file'), TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/absent' };
    expect(await printed(file, env)).toEqual([
      HEADING,
      expect.stringMatching(/^ {2}TEMPORAL_TLS_SERVER_CA_CERT_PATH cannot be read \(ENOENT\)/),
      expect.stringMatching(/^ {2}DATA_DIR .* cannot be used \(EEXIST\)/),
    ]);
  });
});
