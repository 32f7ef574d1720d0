import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { commandId, RememberedStarts } from '../../../../../clients/src/cli/rejoin/remembered.js';

const HOUR = 3_600_000;

describe('RememberedStarts', () => {
  let folder: string;
  let now: number;
  let starts: RememberedStarts;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-starts-'));
    now = 1_000_000_000_000;
    starts = new RememberedStarts(folder, () => now);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('finds the key of an unfinished start for a day', async () => {
    const first = await starts.keyOf('a');
    expect(first.isNew).toBe(true);
    now += 23 * HOUR;
    expect(await starts.keyOf('a')).toMatchObject({ key: first.key, isNew: false });
    now += HOUR;
    expect(await starts.keyOf('a')).toMatchObject({ isNew: true });
  });

  it('forgets a saved one soon', async () => {
    const first = await starts.keyOf('a');
    now += HOUR;
    await starts.saved('a');
    expect((await starts.keyOf('a')).key).toBe(first.key);
    now += HOUR;
    expect((await starts.keyOf('a')).key).not.toBe(first.key);
  });

  it('gives the same key to commands that begin together', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => starts.keyOf('a')));
    expect(new Set(keys.map(({ key }) => key)).size).toBe(1);
    expect(keys.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['a.json']);
  });

  it('makes another key on demand', async () => {
    const first = await starts.keyOf('a');
    const second = await starts.renew('a');
    expect(second.key).not.toBe(first.key);
    expect((await starts.keyOf('a')).key).toBe(second.key);
  });

  it('survives a broken entry, and is private', async () => {
    await writeFile(join(folder, 'a.json'), '{"ke');
    const { key } = await starts.keyOf('a');
    expect((await starts.keyOf('a')).key).toBe(key);
    expect((await stat(join(folder, 'a.json'))).mode & 0o777).toBe(0o600);
  });

  it('removes old entries of other commands', async () => {
    await starts.keyOf('old');
    now += 25 * HOUR;
    await starts.keyOf('a');
    expect(await readdir(folder)).toEqual(['a.json']);
  });
});

describe('commandId', () => {
  const request = { fileIds: [70_000] };
  const jwt = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;

  it('differs by server, user and request', () => {
    const ids = [
      commandId('http://a', 'key', request),
      commandId('http://b', 'key', request),
      commandId('http://a', 'other', request),
      commandId('http://a', undefined, request),
      commandId('http://a', 'key', { fileIds: [70_001] }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.join()).not.toContain('key');
  });

  it('stays when a token is renewed', () => {
    const first = jwt({ iss: 'i', sub: 'ada', exp: 1 });
    const second = jwt({ iss: 'i', sub: 'ada', exp: 2 });
    expect(commandId('http://a', first, request)).toBe(commandId('http://a', second, request));
    expect(commandId('http://a', jwt({ sub: 'bob' }), request)).not.toBe(
      commandId('http://a', first, request),
    );
  });
});
