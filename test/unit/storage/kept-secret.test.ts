import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { transformFile } from '@swc/core';
import { loadKeptSecret } from '../../../src/storage/kept-secret.js';

describe('a kept secret', () => {
  let folder: string;
  const linkSecretIn = (dataDir: string) => loadKeptSecret(dataDir, 'link-secret');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-secret-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is made once, for its owner alone', async () => {
    const dataDir = join(folder, 'data');
    const secret = await linkSecretIn(dataDir);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(await linkSecretIn(dataDir)).toBe(secret);
    expect((await stat(join(dataDir, 'link-secret'))).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(['link-secret']);
  });

  test('is the same for all who want it at once', async () => {
    const secrets = await Promise.all(Array.from({ length: 50 }, () => linkSecretIn(folder)));
    expect(new Set(secrets).size).toBe(1);
    expect(await readdir(folder)).toEqual(['link-secret']);
  });

  test('is the same for several processes', async () => {
    const modules = await asJavaScript(folder, ['kept-secret', 'file-errors', 'store-errors']);
    const script = `import('${modules}/kept-secret.js').then(async (m) => console.log(await m.loadKeptSecret('${folder}/data', 'link-secret')))`;
    const run = promisify(execFile);
    const runs = Array.from({ length: 4 }, () => run(process.execPath, ['-e', script]));
    const secrets = (await Promise.all(runs)).map(({ stdout }) => stdout.trim());
    expect(new Set(secrets)).toEqual(
      new Set([(await readFile(join(folder, 'data', 'link-secret'), 'utf8')).trim()]),
    );
  });

  test('is another one for each purpose', async () => {
    const ticketSecret = await loadKeptSecret(folder, 'stream-ticket-secret');
    expect(ticketSecret).not.toBe(await linkSecretIn(folder));
    expect(await loadKeptSecret(folder, 'stream-ticket-secret')).toBe(ticketSecret);
  });

  test('that is too short is an error that says where', async () => {
    await writeFile(join(folder, 'link-secret'), 'short\n');
    await expect(linkSecretIn(folder)).rejects.toThrow(join(folder, 'link-secret'));
  });

  test('that cannot be made is an error that says what to set', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(linkSecretIn(join(folder, 'file'))).rejects.toThrow('set LINK_SECRET');
    const ticketSecret = loadKeptSecret(join(folder, 'file'), 'stream-ticket-secret');
    await expect(ticketSecret).rejects.toThrow('set STREAM_TICKET_SECRET');
  });
});

/** Compiles a few modules of the store, so that a process without jest can run them. */
async function asJavaScript(folder: string, names: readonly string[]): Promise<string> {
  const target = join(folder, 'modules', 'storage');
  const { mkdir } = await import('node:fs/promises');
  await mkdir(join(folder, 'modules', 'contract'), { recursive: true });
  await mkdir(target);
  await writeFile(join(folder, 'modules', 'package.json'), '{"type":"module"}');
  for (const file of [...names.map((name) => `storage/${name}`), 'contract/errors']) {
    const { code } = await transformFile(`src/${file}.ts`, {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    });
    await writeFile(join(folder, 'modules', `${file}.js`), code);
  }
  return target;
}
