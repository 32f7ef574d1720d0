import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, readFile, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePorts } from '../../../src/dev/processes/free-ports.js';
import { PackedClient } from '../../support/packed-client.js';
import { describeWith } from '../../support/require-server.js';
import { Stack } from '../../support/stack.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { TestServer } from '../../support/test-server.js';
import { readWithPython } from '../../support/unpack.js';
import { waitFor } from '../../support/wait-for.js';

describeWith(await locateTemporalCli(), 'the example in Node', (temporalCli) => {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  let installed: PackedClient;
  let stack: Stack;
  let receiver: TestServer;
  let callbackUrl: string;

  beforeAll(async () => {
    const [port] = (await freePorts(1)) as [number];
    callbackUrl = `http://127.0.0.1:${port}/longhaul`;
    installed = await PackedClient.install();
    await cp('examples/node-client', installed.folder, { recursive: true });
    await symlink(
      resolve('node_modules/standardwebhooks'),
      join(installed.folder, 'node_modules/standardwebhooks'),
    );
    const file = join(installed.folder, 'webhook-receiver.js');
    receiver = new TestServer(process.execPath, [file], { WEBHOOK_SECRET: secret, PORT: String(port) }, []);
    receiver.start();
    const env = { WEBHOOK_SECRETS: secret, OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${port}` };
    stack = await Stack.start({ temporalCli, env });
    await stack.store.write('downloads/70000', Buffer.from('hello'), { metadata: { filename: 'a.txt' } });
    await waitFor('the receiver', () => receiver.log.includes('Listening'));
  });
  afterAll(async () => {
    await Promise.all([stack?.stop(), receiver?.kill(), installed?.remove()]);
  });

  it('saves an archive, and receives its message', async () => {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['download.js', '70000', '79999'],
      {
        cwd: installed.folder,
        env: { ...process.env, LONGHAUL_URL: stack.baseUrl, CALLBACK_URL: callbackUrl },
      },
    );
    expect(stdout).toBe('example.zip\n');
    expect(stderr).toContain('100 %  Ready: 1 file, 1 skipped');
    const entries = await readWithPython(await readFile(join(installed.folder, 'example.zip')), 'zip');
    expect(entries.map(({ name }) => name)).toContain('a.txt');
    await waitFor('the message', () => receiver.log.includes('download.completed'));
  });

  it('refuses a message with a wrong signature', async () => {
    const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1', 'webhook-signature': 'v1,AAAA' };
    const response = await fetch(callbackUrl, { method: 'POST', headers, body: '{}' });
    expect(response.status).toBe(401);
  });
});
