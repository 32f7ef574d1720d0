import { describe, expect, it } from '@jest/globals';
import { namesInSchema, OTHER_SETTINGS } from '../../support/setting-names.js';
import { readDocument } from './markdown.js';

/** The names in the first column of the tables of docs/settings.md. */
function documentedNames(): string[] {
  const rows = readDocument('docs/settings.md').matchAll(/^\|([^|]*)\|/gm);
  return [...rows].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name]) => name!),
  );
}

describe('docs/settings.md', () => {
  it('names every setting once, and no other', () => {
    expect(documentedNames().toSorted()).toEqual([...namesInSchema(), ...OTHER_SETTINGS].toSorted());
  });

  it('compares with a schema that was found', () => {
    expect(namesInSchema()).toEqual(expect.arrayContaining(['NODE_ENV', 'PORT', 'S3_BUCKET_NAME']));
  });
});
