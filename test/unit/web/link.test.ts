import { describe, expect, it } from '@jest/globals';
import { initiateSchema } from '../../../src/contract/http/schemas.js';
import { parseFileIds, readLink } from '../../../web/src/link.js';

describe('PageLink', () => {
  it('names files, archive and download', () => {
    expect(readLink('#files=70000,70001&name=photos')).toEqual({
      fileIds: [70_000, 70_001],
      rest: [],
      name: 'photos',
      badName: null,
      jobId: null,
    });
    expect(readLink('#job=a')).toMatchObject({ fileIds: [], name: null, jobId: 'a' });
    expect(readLink('')).toMatchObject({ fileIds: [], rest: [], name: null, badName: null, jobId: null });
  });

  it('tells what is no file id', () => {
    expect(readLink('#files=70000,no/id,..')).toMatchObject({ fileIds: [70_000], rest: ['no/id', '..'] });
  });

  it.each(['a/b', 'a\\b', ' .. ', 'a\u0000', 'a\u202eb', 'a'.repeat(249)])('takes no name %j', (bad) => {
    const name = encodeURIComponent(bad);
    expect(readLink(`#name=${name}`)).toMatchObject({ name: null, badName: bad.trim() });
  });

  it.each(['a b', '..a', 'été 👩‍👧', 'a'.repeat(248)])('takes the name %j', (good) => {
    const name = encodeURIComponent(good);
    expect(readLink(`#name=${name}`)).toMatchObject({ name: good, badName: null });
    expect(initiateSchema(1).safeParse({ fileIds: [70_000], archive: { name: good } }).success).toBe(true);
  });

  it('reads ids as the API lists them', () => {
    const { ids, rest } = parseFileIds('70000\r\n70000, 070000 \n9999\n100000001\na.b_c-d\n..\nno/id\n');
    expect(ids).toEqual([70_000, '070000', '9999', '100000001', 'a.b_c-d']);
    expect(rest).toEqual(['..', 'no/id']);
  });
});
