import { describe, expect, it } from '@jest/globals';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadSettings } from '../../../../src/config/env.js';
import { announcement } from '../../../../src/dev/announcement.js';
import { describeFiles, usesSamples } from '../../../../src/dev/files/describe-files.js';
import { temporaryFolders } from '../../../support/dev.js';

const folder = temporaryFolders();
const SECRET = `whsec_${'A'.repeat(32)}`;
const STACK = {
  baseUrl: 'http://127.0.0.1:3000',
  uiUrl: 'http://localhost:8233',
  namespace: 'default',
  workerPid: 1,
  logFiles: ['worker.log', 'api.log'],
  metrics: [],
  webhookSecretFile: undefined,
};

async function described(env: Record<string, string>) {
  const settings = loadSettings(env);
  const files = await describeFiles(settings);
  const text = announcement(STACK, files, settings.auth.mode !== 'none');
  return { ...files, text, usesSamples: usesSamples(settings) };
}

const s3 = {
  OBJECT_STORE: 's3',
  S3_BUCKET_NAME: 'photos',
  S3_ENDPOINT: 'https://user:hidden@s3.example:9000',
  S3_ACCESS_KEY_ID: 'hidden-id',
  S3_SECRET_ACCESS_KEY: 'hidden-key',
};
const template = { CATALOGUE_URL: 'https://user:hidden@files.example/{id}?sig=hidden' };
const http = {
  CATALOGUE: 'http',
  CATALOGUE_URL: 'https://app.example/files?token=hidden',
  CATALOGUE_SECRET: SECRET,
};
const auth = { AUTH_MODE: 'api-key', API_KEYS: `ada=sha256:${'0'.repeat(64)}` };

describe('describeFiles', () => {
  it('downloads samples only from the embedded folder', async () => {
    expect(await described({})).toMatchObject({ usesSamples: true, first: [70_000, 70_004, 70_011] });
    expect(await described({ MAX_FILES_PER_JOB: '1' })).toMatchObject({
      first: [70_000],
      example: { fileIds: [70_000] },
    });
    for (const env of [s3, template, http, { ...s3, ...http }, { ...s3, ...template }]) {
      expect(await described(env)).toMatchObject({ usesSamples: false, first: [] });
    }
  });

  it.each([
    ['a bucket', s3, ['of bucket photos (s3.example:9000)', 'key without downloads/', 'npx longhaul files ']],
    ['Amazon S3', { ...s3, S3_ENDPOINT: '' }, ['bucket photos (Amazon S3, us-east-1)']],
    ['a URL template', template, ['on files.example (CATALOGUE_URL)', 'the place of {id} in CATALOGUE_URL']],
    ['a catalogue', http, ['catalogue at app.example', 'ids that your catalogue at app.example knows']],
    [
      'a catalogue with a bucket',
      { ...s3, ...http },
      ['catalogue at app.example', 'Archives   bucket photos (s3.example:9000)'],
    ],
  ])('says what it uses: %s', async (_, env, parts) => {
    const { text } = await described(env);
    for (const part of [...parts, '"fileIds": ["YOUR-ID"]']) expect(text).toContain(part);
    expect(text).not.toContain('hidden');
    expect(text).not.toContain(SECRET);
  });

  it('downloads nothing without a key', async () => {
    const { first, noFirst, text } = await described(auth);
    expect(first).toEqual([]);
    expect(noFirst).toContain('needs an API key');
    expect(text).toContain('-H "authorization: Bearer $KEY"');
    expect(
      (await described({ ...auth, ...s3, STREAM_TICKET_SECRET: 'x'.repeat(32) })).noFirst,
    ).toBeUndefined();
  });

  it('does not mention a list that is disabled', async () => {
    expect((await described({ ...s3, FILES_LISTING: 'false' })).text).not.toContain('npx longhaul files');
  });

  it('picks small files of a folder', async () => {
    const path = await folder();
    await mkdir(join(path, 'sub'));
    for (const name of ['a', 'b', 'c', 'huge', 'sub/d e']) await writeFile(join(path, name), name);
    await truncate(join(path, 'a'), 200 * 1024 * 1024);
    const { first, place, example, listed } = await described({ FILES_FOLDER: path });
    expect({ first, listed }).toEqual({ first: ['b', 'c', 'huge'], listed: true });
    expect(example.fileIds).toEqual(first);
    expect(place).toBe(`${path} (5 files, read only)`);
  });

  it('skips the first download of large files', async () => {
    const path = await folder();
    await writeFile(join(path, 'film.mp4'), '');
    await truncate(join(path, 'film.mp4'), 200 * 1024 * 1024);
    const { first, noFirst, example } = await described({ FILES_FOLDER: path });
    expect({ first, noFirst }).toEqual({
      first: [],
      noFirst: 'No first download, because the files are large or may not be read.',
    });
    expect(example.fileIds).toEqual(['film.mp4']);
  });
});
