import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { readDocument } from './markdown.js';

/** A test file and a title in it, as the table writes them: `file` "title". */
const PROOF = /`(test\/[^`]+\.test\.ts)` "([^"]+)"/g;

/** The rows of the table of threats. */
function threats(): { threat: string; proofs: { file: string; title: string }[] }[] {
  const [, table = ''] = readDocument('docs/security.md').split('\n## Threats\n');
  const rows = table.split('\n## ')[0]!.matchAll(/^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$/gm);
  return [...rows].slice(1).map(([, threat, cell]) => ({
    threat: threat!,
    proofs: [...cell!.matchAll(PROOF)].map(([, file, title]) => ({ file: file!, title: title! })),
  }));
}

describe('docs/security.md', () => {
  it('has many threats', () => expect(threats().length).toBeGreaterThanOrEqual(12));

  it.each(threats())('names existing tests for: $threat', ({ proofs }) => {
    expect(proofs.length).toBeGreaterThan(0);
    const absent = proofs.filter(
      ({ file, title }) => !existsSync(file) || !readFileSync(file, 'utf8').includes(title),
    );
    expect(absent).toEqual([]);
  });
});
