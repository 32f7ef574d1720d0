import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { transformFile } from '@swc/core';
import { loadPersistentSecret } from '../../../src/secrets/persistent-secret.js';

describe('loadPersistentSecret', () => {
  let folder: string;
  const linkSecretIn = (dataDir: string) => loadPersistentSecret(dataDir, 'link-secret');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-secret-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('creates the secret once, readable only by its owner', async () => {
    const dataDir = join(folder, 'data');
    const secret = await linkSecretIn(dataDir);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(await linkSecretIn(dataDir)).toBe(secret);
    expect((await stat(join(dataDir, 'link-secret'))).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(['link-secret']);
  });

  it('returns the same secret to concurrent callers', async () => {
    const secrets = await Promise.all(Array.from({ length: 50 }, () => linkSecretIn(folder)));
    expect(new Set(secrets).size).toBe(1);
    expect(await readdir(folder)).toEqual(['link-secret']);
  });

  it('returns the same secret to several processes', async () => {
    const modules = await asJavaScript(folder);
    const script = `import('${modules}/secrets/persistent-secret.js').then(async (m) => console.log(await m.loadPersistentSecret('${folder}/data', 'link-secret')))`;
    const run = promisify(execFile);
    const runs = Array.from({ length: 4 }, () => run(process.execPath, ['-e', script]));
    const secrets = (await Promise.all(runs)).map(({ stdout }) => stdout.trim());
    expect(new Set(secrets)).toEqual(
      new Set([(await readFile(join(folder, 'data', 'link-secret'), 'utf8')).trim()]),
    );
  });

  it('creates a separate secret for each purpose', async () => {
    const ticketSecret = await loadPersistentSecret(folder, 'stream-ticket-secret');
    expect(ticketSecret).not.toBe(await linkSecretIn(folder));
    expect(await loadPersistentSecret(folder, 'stream-ticket-secret')).toBe(ticketSecret);
  });

  it('names setting and file of a secret that is too short', async () => {
    await writeFile(join(folder, 'link-secret'), 'short\n');
    const path = join(folder, 'link-secret');
    await expect(linkSecretIn(folder)).rejects.toMatchObject({
      name: 'SettingsError',
      problems: [
        `LINK_SECRET is not set, and ${path} cannot be used (it has fewer than 32 characters): repair the file, or set LINK_SECRET`,
      ],
    });
  });

  it.each([
    ['link-secret', 'LINK_SECRET'],
    ['stream-ticket-secret', 'STREAM_TICKET_SECRET'],
    ['webhook-secret', 'WEBHOOK_SECRETS'],
  ] as const)('names the setting when %s cannot be read or created', async (name, setting) => {
    await mkdir(join(folder, name));
    await expect(loadPersistentSecret(folder, name)).rejects.toThrow(`set ${setting}`);
    await writeFile(join(folder, 'file'), '');
    await expect(loadPersistentSecret(join(folder, 'file'), name)).rejects.toThrow('(ENOTDIR)');
  });
});

/** Compiles the module and its imports, so that a process without jest can run them. */
async function asJavaScript(folder: string): Promise<string> {
  const target = join(folder, 'modules');
  await mkdir(join(target, 'secrets'), { recursive: true });
  await mkdir(join(target, 'runtime'));
  await writeFile(join(target, 'package.json'), '{"type":"module"}');
  for (const file of ['secrets/persistent-secret', 'runtime/settings-error', 'runtime/system-error']) {
    const { code } = await transformFile(`src/${file}.ts`, {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    });
    await writeFile(join(target, `${file}.js`), code);
  }
  return target;
}
