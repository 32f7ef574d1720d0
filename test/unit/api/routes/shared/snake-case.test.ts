import { describe, expect, it } from '@jest/globals';
import { inTheirNames, withOurNames } from '../../../../../src/api/routes/shared/snake-case.js';
import { LonghaulError } from '../../../../../src/contract/errors.js';
import { initiateSchema } from '../../../../../src/contract/http/schemas.js';
import { jobRequestSchema } from '../../../../../src/contract/http/snake-case-schemas.js';

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

describe('the snake_case dialect', () => {
  it('knows every field of initiate', () => {
    const fields = Object.keys(initiateSchema(1).shape).filter((name) => !name.includes('_'));
    const theirs = Object.fromEntries(fields.map((name) => [snake(name), 1]));
    expect(Object.keys(withOurNames(theirs) as object).toSorted()).toEqual(fields.toSorted());
  });

  it('is documented with every field, and as what is accepted', () => {
    const fields = Object.keys(initiateSchema(1).shape).filter((name) => !name.includes('_'));
    expect(Object.keys(jobRequestSchema(1).shape)).toEqual(fields.map(snake));
    const body = { files: [{ file_id: 70_000, name: 'a' }], on_file_error: 'skip', client_request_id: 'x' };
    expect(jobRequestSchema(1).safeParse(body).success).toBe(true);
    expect(initiateSchema(1).safeParse(withOurNames(body)).success).toBe(true);
  });

  it('reaches into files, and leaves labels alone', () => {
    const body = { files: [{ file_id: 70_000 }, 7, null], labels: { file_id: 'x' }, archive: { name: 'x' } };
    expect(withOurNames(body)).toEqual({ ...body, files: [{ fileId: 70_000 }, 7, null] });
  });

  it.each([null, 7, 'text', [1]])('leaves what is no object to the schema: %j', (body) => {
    expect(withOurNames(body)).toEqual(body);
  });

  it('loses nothing when a field comes in both spellings', () => {
    expect(withOurNames({ file_ids: [1], fileIds: [2] })).toEqual({ file_ids: [1], fileIds: [2] });
  });

  it('is not confused by names that every object has', () => {
    expect(withOurNames({ constructor: 1, toString: 2 })).toEqual({ constructor: 1, toString: 2 });
  });

  it('tells faults in the names of the request', () => {
    const errors = [{ path: 'files.0.fileId', message: 'stands beside fileIds' }];
    const error = inTheirNames(new LonghaulError('INVALID_REQUEST', 'fileIds is required.', { errors }));
    expect(error).toMatchObject({
      code: 'INVALID_REQUEST',
      message: 'file_ids is required.',
      errors: [{ path: 'files.0.file_id', message: 'stands beside file_ids' }],
    });
    const other = new Error('fileIds');
    expect(inTheirNames(other)).toBe(other);
  });
});
