import { describe, expect, it } from '@jest/globals';
import { fileOutcomes } from '../../../../src/workflows/download/file-outcomes.js';
import { aJob } from '../../../support/jobs.js';

describe('fileOutcomes', () => {
  it('tells requested names before files are looked up', () => {
    const job = aJob({ files: [70_000, { fileId: 70_001, name: 'b.txt' }] });
    expect(fileOutcomes({ job, chunks: [], error: null }, 0, 10)).toMatchObject([
      { fileId: 70_000, name: null, state: 'pending' },
      { fileId: 70_001, name: 'b.txt', state: 'pending' },
    ]);
  });
});
