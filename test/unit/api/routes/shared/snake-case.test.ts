import { describe, expect, it } from '@jest/globals';
import { errorInSnakeCase, fromSnakeCase } from '../../../../../src/api/routes/shared/snake-case.js';
import { ValidationError } from '../../../../../src/api/http/validate.js';
import { initiateSchema } from '../../../../../src/contract/http/schemas.js';
import { jobRequestSchema } from '../../../../../src/contract/http/snake-case-schemas.js';

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

describe('the snake_case dialect', () => {
  it('renames every field of initiate', () => {
    const fields = Object.keys(initiateSchema(1).shape).filter((name) => !name.includes('_'));
    const body = Object.fromEntries(fields.map((name) => [snake(name), 1]));
    expect(Object.keys(fromSnakeCase(body) as object).toSorted()).toEqual(fields.toSorted());
  });

  it('documents every field that it accepts', () => {
    const fields = Object.keys(initiateSchema(1).shape).filter((name) => !name.includes('_'));
    expect(Object.keys(jobRequestSchema(1).shape)).toEqual(fields.map(snake));
    const body = { files: [{ file_id: 70_000, name: 'a' }], on_file_error: 'skip', client_request_id: 'x' };
    expect(jobRequestSchema(1).safeParse(body).success).toBe(true);
    expect(initiateSchema(1).safeParse(fromSnakeCase(body)).success).toBe(true);
  });

  it('renames fields of files but not labels', () => {
    const body = { files: [{ file_id: 70_000 }, 7, null], labels: { file_id: 'x' }, archive: { name: 'x' } };
    expect(fromSnakeCase(body)).toEqual({ ...body, files: [{ fileId: 70_000 }, 7, null] });
  });

  it.each([null, 7, 'text', [1]])('keeps %j, which is not an object', (body) => {
    expect(fromSnakeCase(body)).toEqual(body);
  });

  it('keeps both spellings of a field', () => {
    expect(fromSnakeCase({ file_ids: [1], fileIds: [2] })).toEqual({ file_ids: [1], fileIds: [2] });
  });

  it('keeps names of the object prototype', () => {
    expect(fromSnakeCase({ constructor: 1, toString: 2 })).toEqual({ constructor: 1, toString: 2 });
  });

  it('renames only the paths of validation errors', () => {
    const rename = (path: string, message: string) =>
      errorInSnakeCase(new ValidationError([{ path, message }]));
    expect(rename('fileIds', 'is required')).toMatchObject({
      code: 'INVALID_REQUEST',
      message: 'file_ids is required.',
      errors: [{ path: 'file_ids', message: 'is required' }],
    });
    expect(rename('files.0.fileId', 'is fileId')).toMatchObject({
      message: 'files.0.file_id is fileId.',
      errors: [{ path: 'files.0.file_id', message: 'is fileId' }],
    });
    expect(rename('labels.fileId', 'is bad')).toMatchObject({ errors: [{ path: 'labels.fileId' }] });
    const other = new Error('fileIds');
    expect(errorInSnakeCase(other)).toBe(other);
  });

  it('names no other field in any message', () => {
    const messages = [
      { fileIds: [1], fileId: 1 },
      { callbackUrl: 'x', callback_url: 'x', fileId: 70_000 },
    ]
      .flatMap((body) => initiateSchema(1).safeParse(body).error?.issues ?? [])
      .map(({ message }) => message)
      .join(' ');
    expect(messages).not.toBe('');
    for (const field of Object.keys(initiateSchema(1).shape)) {
      if (/[A-Z_]/.test(field)) expect(messages).not.toContain(field);
    }
  });
});
