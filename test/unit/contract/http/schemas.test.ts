import { describe, expect, it } from '@jest/globals';
import { validate } from '../../../../src/api/http/validate.js';
import type { LonghaulError } from '../../../../src/contract/errors.js';
import { checkSchema, initiateSchema } from '../../../../src/contract/http/schemas.js';

const schema = initiateSchema(5);

const INVISIBLE = 'must not contain invisible characters or characters that change the text direction';

/** The errors of a body, as `path: message`. */
function errorsOf(body: unknown): string[] {
  try {
    validate(schema, body);
    return [];
  } catch (error) {
    return (error as LonghaulError).errors.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe('initiateSchema', () => {
  it.each([
    { fileIds: [70_000] },
    { file_ids: [70_000] },
    { fileId: 70_000 },
    { file_id: 70_000 },
    { files: [{ fileId: 70_000, name: '2026/report.pdf' }, { fileId: 70_001 }] },
    // Unsafe and duplicate names are accepted here and changed later.
    {
      files: ['CON', 'a\\b.txt', 'x'.repeat(300), 'A.txt', 'a.TXT'].map((name, i) => ({
        fileId: 70_000 + i,
        name,
      })),
    },
    { files: [{ fileId: 70_000, name: '👨\u200d👩\u200d👧/می\u200cخواهم.txt' }] },
    { files: ['C:x', 'Q: what now.pdf'].map((name, i) => ({ fileId: 70_000 + i, name })) },
    { fileIds: [10_000, 100_000_000, 'a', 'A-b_c.9', 'x'.repeat(128)] },
    { fileId: 1e4, archive: { format: 'tar.gz', compression: 'store', name: 'photos' } },
    {
      fileId: 70_000,
      onFileError: 'skip',
      priority: 'low',
      labels: { album: '2026' },
      clientRequestId: 'r-1',
    },
  ])('accepts %j', (body) => {
    expect(errorsOf(body)).toEqual([]);
  });

  it('applies defaults', () => {
    expect(validate(schema, { fileId: 70_000 })).toMatchObject({
      archive: { format: 'zip', compression: 'auto' },
      onFileError: 'fail',
      priority: 'standard',
      labels: {},
    });
  });

  it.each([
    [{}, ['fileIds: is required']],
    [null, ['body: must be a JSON object']],
    [{ fileIds: [] }, ['fileIds: must name at least one file']],
    [{ fileIds: 'x' }, ['fileIds: must be a list']],
    [{ fileIds: [1, 2, 3, 4, 5, 6].map((n) => n * 10_000) }, ['fileIds: must name at most 5 files']],
    [{ fileIds: [70_000], file_id: 70_000 }, ['fileIds: must be the only field that lists files']],
    [{ fileId: 70_000, archive: { format: 'rar' } }, ['archive.format: must be one of: zip, tar, tar.gz']],
    [{ fileId: 70_000, archive: { name: '../x' } }, ['archive.name: must not contain slashes']],
    [{ fileId: 70_000, archive: { name: '' } }, ['archive.name: must not be empty']],
    [{ fileId: 70_000, files_: 1, x: 2 }, ['files_: is not a known field', 'x: is not a known field']],
    [{ files: [{ fileId: 70_000, name: '../../x' }] }, ['files.0.name: must not contain ".."']],
    [
      { files: [{ fileId: 70_000, name: '/etc/x' }] },
      ['files.0.name: must be relative: no leading slash or drive letter'],
    ],
    [
      { files: [{ fileId: 70_000, name: 'C:\\x' }] },
      ['files.0.name: must be relative: no leading slash or drive letter'],
    ],
    ...['\u202egpj.exe', 'a\u2066b', 'a\u200e', '\u200f', 'a\u200bb', '\ufeffa', '\u061ca'].flatMap(
      (name): [unknown, string[]][] => [
        [{ files: [{ fileId: 70_000, name: `folder/${name}` }] }, [`files.0.name: ${INVISIBLE}`]],
        [{ fileId: 70_000, archive: { name: `x${name}` } }, [`archive.name: ${INVISIBLE}`]],
      ],
    ),
    ...['a/../b', 'a\\..\\b', '..'].map((name): [unknown, string[]] => [
      { files: [{ fileId: 70_000, name }] },
      ['files.0.name: must not contain ".."'],
    ]),
    ...['\\server\\x', '\\x', 'c:\\x', 'Z:/x'].map((name): [unknown, string[]] => [
      { files: [{ fileId: 70_000, name }] },
      ['files.0.name: must be relative: no leading slash or drive letter'],
    ]),
    [
      { files: [{ fileId: 70_000, name: 'x'.repeat(1_025) }] },
      ['files.0.name: must have at most 1024 characters'],
    ],
    [
      { fileId: 70_000, archive: { name: 'x'.repeat(249) } },
      ['archive.name: must have at most 248 characters'],
    ],
    [{ fileId: 70_000, archive: { name: 'a\\b' } }, ['archive.name: must not contain slashes']],
    [
      { files: [{ fileId: 70_000, name: 'a\u0000b' }] },
      ['files.0.name: must not contain control characters'],
    ],
    [{ fileId: 70_000, clientRequestId: 'a b' }, [expect.stringMatching(/^clientRequestId: /)]],
  ])('rejects %j', (body, expected) => {
    expect(errorsOf(body)).toEqual(expected);
  });

  it.each([
    9_999,
    100_000_001,
    70_000.5,
    '',
    'a/b',
    'ü',
    '..',
    '.',
    'x'.repeat(129),
    true,
    null,
    {},
    [70_000],
    '7 0',
  ])('rejects the id %j', (id) => {
    expect(errorsOf({ fileIds: [70_000, id] })).toEqual([
      expect.stringMatching(/^fileIds\.1: must be a whole number/),
    ]);
  });

  it('reports all errors at once', () => {
    expect(errorsOf({ fileIds: [1, 70_000, 'a b'], onFileError: 'maybe', extra: 1 })).toHaveLength(4);
  });
});

describe('checkSchema', () => {
  it('accepts exactly one spelling', () => {
    expect(validate(checkSchema, { file_id: 70_000 })).toEqual({ fileId: 70_000 });
    expect(validate(checkSchema, { fileId: 'a' })).toEqual({ fileId: 'a' });
    expect(() => validate(checkSchema, {})).toThrow(/file_id is required/);
    expect(() => validate(checkSchema, { file_id: 70_000, fileId: 70_000 })).toThrow(/file_id/);
  });
});
