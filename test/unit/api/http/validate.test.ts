import { beforeEach, describe, expect, it } from '@jest/globals';
import { validate, type ValidationError } from '../../../../src/api/http/validate.js';
import { initiateSchema } from '../../../../src/contract/http/schemas.js';

function errorOf(body: unknown): ValidationError {
  try {
    validate(initiateSchema(100_000), body);
  } catch (error) {
    return error as ValidationError;
  }
  throw new Error('The body is valid');
}

let visits = 0;

/** A list that counts the reads of its items. */
function visited(item: unknown, length = 10_000): unknown[] {
  return new Proxy(Array(length).fill(item), {
    get: (items, name, receiver) => {
      if (typeof name === 'string' && /^\d+$/.test(name)) visits++;
      return Reflect.get(items, name, receiver) as unknown;
    },
  });
}

/** An object that counts the reads of its fields. */
function visitedFields(count: number): object {
  const fields = Object.fromEntries(Array.from({ length: count }, (_, i) => [`label${i}`, 'x']));
  return new Proxy(fields, {
    get: (target, name, receiver) => {
      visits++;
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
}

describe('validate', () => {
  beforeEach(() => {
    visits = 0;
  });

  it('repeats a single error in the message', () => {
    const { message, errors } = errorOf({ fileIds: [70_000], extra: 1 });
    expect(message).toBe('extra is not a known field.');
    expect(errors).toEqual([{ path: 'extra', message: 'is not a known field' }]);
  });

  it.each<[string, object, string]>([
    ['ids', { fileIds: visited(1) }, 'fileIds'],
    ['files', { files: visited({ fileId: 1 }) }, 'files'],
  ])('ends at the hundredth fault of the %s', (_, body, path) => {
    const { message, errors } = errorOf(body);
    expect(message).toBe('At least 100 fields are not valid. The first 100 are listed.');
    expect(errors.map((error) => error.path.startsWith(`${path}.`))).toEqual(Array(100).fill(true));
    expect(visits).toBe(100);
  });

  it('lists the first hundred unknown fields', () => {
    const unknown = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`field${i}`, 1]));
    for (const body of [
      { fileIds: [70_000], ...unknown },
      { fileIds: [70_000], archive: unknown },
    ]) {
      const { message, errors } = errorOf(body);
      expect(message).toBe('At least 100 fields are not valid. The first 100 are listed.');
      expect(errors).toHaveLength(100);
    }
  });

  it.each<[string, object, string]>([
    ['ids', { fileIds: visited(70_000, 100_001) }, 'fileIds must name at most 100000 files.'],
    ['file_ids', { file_ids: visited(70_000, 500_000) }, 'file_ids must name at most 100000 files.'],
    ['files', { files: visited({}, 500_000) }, 'files must name at most 100000 files.'],
    ['labels', { fileIds: [70_000], labels: visitedFields(80_000) }, 'labels must have at most 16 labels.'],
    ['a list of labels', { fileIds: [70_000], labels: visited('x') }, 'labels must have at most 16 labels.'],
  ])('refuses too many %s without visiting one', (_, body, message) => {
    expect(errorOf(body).message).toBe(message);
    expect(visits).toBe(0);
  });

  it('renders the message again for renamed paths', () => {
    const rename = (path: string) => path.toUpperCase();
    expect(errorOf({ fileIds: [70_000], extra: 1 }).withPaths(rename)).toMatchObject({
      message: 'EXTRA is not a known field.',
      errors: [{ path: 'EXTRA', message: 'is not a known field' }],
    });
    const { message, errors } = errorOf({ fileIds: Array.from({ length: 200 }, () => 1) }).withPaths(rename);
    expect(message).toBe('At least 100 fields are not valid. The first 100 are listed.');
    expect(errors.map((error) => error.path)).toContain('FILEIDS.99');
  });
});
