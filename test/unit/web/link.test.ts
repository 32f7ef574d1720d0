import { describe, expect, it } from '@jest/globals';
import { parseFileIds, readLink } from '../../../web/src/link.js';

describe('PageLink', () => {
  it('names files, archive and download', () => {
    expect(readLink('#files=70000,70001&name=photos')).toEqual({
      fileIds: [70_000, 70_001],
      name: 'photos',
      jobId: null,
    });
    expect(readLink('#job=a')).toMatchObject({ fileIds: [], name: null, jobId: 'a' });
    expect(readLink('')).toEqual({ fileIds: [], name: null, jobId: null });
  });

  it('reads ids as the API lists them', () => {
    const { ids, rest } = parseFileIds('70000\r\n70000, 070000 \n9999\n100000001\na.b_c-d\n..\nno/id\n');
    expect(ids).toEqual([70_000, '070000', '9999', '100000001', 'a.b_c-d']);
    expect(rest).toEqual(['..', 'no/id']);
  });
});
