import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiKeySource } from '../../../../src/api/auth/api-key-source.js';
import { createLogger } from '../../../../src/telemetry/logger.js';
import { unprivileged } from '../../../support/unprivileged.js';
import { waitFor } from '../../../support/wait-for.js';

const entry = (user: string, key: string) =>
  `${user}=sha256:${createHash('sha256').update(key).digest('hex')}`;

describe('ApiKeySource', () => {
  let folder: string;
  let file: string;
  let logged: string[];
  let now: number;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-keys-'));
    file = join(folder, 'keys');
    logged = [];
    now = 1_000_000;
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = (entries: string[] = []) => {
    const logger = createLogger('info', 'test', { destination: { write: (line) => void logged.push(line) } });
    return ApiKeySource.open({ entries, file, logger }, () => now);
  };
  const ownerOf = async (source: ApiKeySource, key: string) => (await source.current()).ownerOf(key);

  it('reads comments, blank lines and both line endings', async () => {
    await writeFile(file, `# of the team\r\n\r\n  ${entry('ada', 'a-1')}  \r\n${entry('grace', 'g-1')}`);
    const source = await open([entry('linus', 'l-1')]);
    expect(await Promise.all(['a-1', 'g-1', 'l-1'].map((key) => ownerOf(source, key)))).toEqual([
      'ada',
      'grace',
      'linus',
    ]);
  });

  it('works without a file', async () => {
    const logger = createLogger('silent', 'test');
    const source = await ApiKeySource.open({ entries: [entry('ada', 'a-1')], file: undefined, logger });
    expect(await ownerOf(source, 'a-1')).toBe('ada');
  });

  it('rejects an invalid line without quoting it', async () => {
    await writeFile(file, `# keys\n\n${entry('ada', 'a-1')}\nada=hunter2\n`);
    await expect(open()).rejects.toThrow(/^API_KEYS_FILE line 4 must be user=sha256:HEX/);
    await expect(open()).rejects.not.toThrow('hunter2');
  });

  it('rejects one key for two users', async () => {
    await writeFile(file, `\n${entry('ada', 'same')}\n`);
    await expect(open([entry('grace', 'same')])).rejects.toThrow(
      'API_KEYS_FILE line 2 has the key of another user',
    );
  });

  it('rejects an unreadable file', async () => {
    await expect(open()).rejects.toThrow('API_KEYS_FILE cannot be read (ENOENT)');
  });

  it('reloads a new file after two seconds', async () => {
    await writeFile(file, entry('ada', 'old'));
    const source = await open();
    await writeFile(`${file}.new`, `${entry('ada', 'new')}\n`);
    await rename(`${file}.new`, file);
    now += 1_999;
    expect(await ownerOf(source, 'old')).toBe('ada');
    now += 1;
    expect(await ownerOf(source, 'old')).toBeUndefined();
    expect(await ownerOf(source, 'new')).toBe('ada');
  });

  it('reads a file once its mode is corrected', async () => {
    await chmod(folder, 0o755);
    await writeFile(file, entry('ada', 'old'));
    const source = await open();
    await writeFile(`${file}.new`, entry('ada', 'new'), { mode: 0 });
    await rename(`${file}.new`, file);
    now += 2_000;
    await unprivileged(async () => expect(await ownerOf(source, 'old')).toBe('ada'));
    expect(logged[0]).toContain('EACCES');
    await chmod(file, 0o644);
    now += 2_000;
    await unprivileged(async () => expect(await ownerOf(source, 'old')).toBeUndefined());
    expect(await ownerOf(source, 'new')).toBe('ada');
  });

  it('reloads a file that keeps size and time', async () => {
    const time = new Date(1_700_000_000_000);
    await writeFile(file, entry('ada', 'a-1'));
    await utimes(file, time, time);
    const source = await open();
    const { ctimeMs } = await stat(file);
    await waitFor('a later change', async () => {
      await writeFile(file, entry('ada', 'a-2'));
      await utimes(file, time, time);
      return (await stat(file)).ctimeMs !== ctimeMs;
    });
    now += 2_000;
    expect(await ownerOf(source, 'a-1')).toBeUndefined();
    expect(await ownerOf(source, 'a-2')).toBe('ada');
  });

  it('keeps its keys and logs once for an invalid file', async () => {
    await writeFile(file, entry('ada', 'a-1'));
    const source = await open();
    await writeFile(file, 'ada=hunter2');
    for (let i = 0; i < 3; i++) {
      now += 2_000;
      expect(await ownerOf(source, 'a-1')).toBe('ada');
    }
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('API_KEYS_FILE line 1 must be');
    expect(logged[0]).not.toContain('hunter2');

    await rm(file);
    now += 2_000;
    expect(await ownerOf(source, 'a-1')).toBe('ada');
    expect(logged[1]).toContain('ENOENT');

    await writeFile(file, entry('ada', 'a-2'));
    now += 2_000;
    expect(await ownerOf(source, 'a-2')).toBe('ada');
  });
});
