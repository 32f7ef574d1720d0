import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { documents, readDocument } from './markdown.js';

const MAP = 'docs/architecture.md';
const TOP_FOLDER = /^(?:src|test|docs|deploy|bench|scripts|clients|web|examples)\//;

/** Files and folders in inline code, e.g. `src/worker.ts` or `test/unit/`. */
function pathsIn(document: string): string[] {
  const code = readDocument(document).matchAll(/`([\w-][\w.-]*(?:\/[\w.-]+)*(?:\.ts|\/))`/g);
  return [...new Set([...code].map(([, path]) => path!))];
}

/** Every folder below `src`, as the map writes it. */
function rooms(): string[] {
  return readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${entry.parentPath.replaceAll('\\', '/')}/${entry.name}/`.replace(/^src\//, ''));
}

describe('documentation', () => {
  it.each(documents())('names only files that exist in %s', (document) => {
    const paths = pathsIn(document).filter((path) => TOP_FOLDER.test(path));
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe(MAP, () => {
  it('names only files that exist below src', () => {
    const paths = pathsIn(MAP).filter((path) => !TOP_FOLDER.test(path));
    expect(paths.filter((path) => !existsSync(`src/${path}`))).toEqual([]);
  });

  it('names every room of src', () => {
    const paths = pathsIn(MAP);
    expect(rooms().filter((room) => !paths.includes(room))).toEqual([]);
  });
});
