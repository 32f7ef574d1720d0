import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../../../../../clients/src/cli/errors.js';
import { fileIdOf, parseFileIds } from '../../../../../clients/src/cli/request/file-ids.js';

describe('fileIdOf', () => {
  it.each([
    ['70000', 70_000],
    ['10000', 10_000],
    ['100000000', 100_000_000],
    ['9999', '9999'],
    ['100000001', '100000001'],
    ['070000', '070000'],
    ['7e4', '7e4'],
    ['report.pdf', 'report.pdf'],
  ])('reads %s', (text, id) => {
    expect(fileIdOf(text)).toBe(id);
  });
});

describe('parseFileIds', () => {
  it('reads ids and names, of any platform', () => {
    const text = '\uFEFF70000\r\n\r\n  70001  \nreport.pdf\t2026/report.pdf\t123\r\n70002\t\n';
    expect(parseFileIds(text, 'ids.txt')).toEqual([
      { fileId: 70_000 },
      { fileId: 70_001 },
      { fileId: 'report.pdf', name: '2026/report.pdf' },
      { fileId: 70_002 },
    ]);
  });

  it('reads ten thousand ids', () => {
    const text = Array.from({ length: 10_000 }, (_, i) => 70_000 + i).join('\n');
    expect(parseFileIds(text, 'ids.txt')).toHaveLength(10_000);
  });

  it('names the line without an id', () => {
    const parse = () => parseFileIds('70000\n\tname\n', 'ids.txt');
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow('Line 2 of ids.txt');
  });
});
