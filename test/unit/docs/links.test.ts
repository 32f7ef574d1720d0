import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { anchorsOf, documents, linksOf, readDocument } from './markdown.js';

const README_MAX_LINES = 180;
const EXTERNAL = /^[a-z][a-z+.-]*:/i;

/** The relative links of a document that lead nowhere. */
function brokenLinks(path: string): string[] {
  return linksOf(readDocument(path)).filter((link) => !EXTERNAL.test(link) && !leadsSomewhere(path, link));
}

function leadsSomewhere(path: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? path : posix.join(posix.dirname(path), decodeURI(file));
  if (target.startsWith('..') || !existsSync(target)) return false;
  return anchor === undefined || anchorsOf(readDocument(target)).has(anchor);
}

describe('documentation', () => {
  it.each(documents())('has no broken link in %s', (path) => {
    expect(brokenLinks(path)).toEqual([]);
  });

  it('keeps the README short', () => {
    expect(readDocument('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(README_MAX_LINES);
  });
});

describe('anchorsOf', () => {
  it.each([
    ['## Missing files, cancellation, files', 'missing-files-cancellation-files'],
    ['# In snake_case', 'in-snake_case'],
    ['## The `Idempotency-Key` header', 'the-idempotency-key-header'],
    ['### See [the rule](rule.md) #', 'see-the-rule'],
    ['# 3. Retries & deploys', '3-retries--deploys'],
  ])('follows GitHub for %s', (heading, anchor) => {
    expect(anchorsOf(heading)).toEqual(new Set([anchor]));
  });

  it('numbers repeated headings', () => {
    expect(anchorsOf('# A\n\n## A\n')).toEqual(new Set(['a', 'a-1']));
  });

  it('ignores comments in fenced code', () => {
    expect(anchorsOf('# A\n\n```sh\n# not a heading\n```\n')).toEqual(new Set(['a']));
  });
});

describe('linksOf', () => {
  it('finds links and images, but not code', () => {
    const text = '[a](b.md#c) ![d](e.png) `[x](y)`\n```js\nf[0](g)\n```\n';
    expect(linksOf(text)).toEqual(['b.md#c', 'e.png']);
  });
});
