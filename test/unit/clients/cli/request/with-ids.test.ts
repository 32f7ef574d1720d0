import { describe, expect, it } from '@jest/globals';
import { LonghaulError } from '../../../../../clients/src/client/index.js';
import { withIds } from '../../../../../clients/src/cli/request/with-ids.js';

const refusal = (path: string) =>
  new LonghaulError('INVALID_REQUEST', `${path} must be other.`, {
    errors: [{ path, message: 'must be other' }],
  });

describe('withIds', () => {
  it.each([
    ['fileIds.1', { fileIds: [70_000, 'b,c'] }, 'File id "b,c"'],
    ['files.0.fileId', { files: [{ fileId: 'b,c' }] }, 'File id "b,c"'],
    ['files.0.name', { files: [{ fileId: 70_000, name: '../x' }] }, 'The name of file id "70000"'],
    ['archive.name', { fileIds: [70_000] }, 'archive.name'],
  ])('names the file at %s', (path, request, name) => {
    expect(withIds(refusal(path), request)).toMatchObject({
      message: `${name} must be other.`,
      errors: [{ path: name, message: 'must be other' }],
    });
  });

  it('leaves other failures as they are', () => {
    const busy = new LonghaulError('TOO_MANY_JOBS', 'Busy.');
    expect(withIds(busy, {})).toBe(busy);
  });
});
