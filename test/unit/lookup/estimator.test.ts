import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DownloadEstimator } from '../../../src/lookup/estimator.js';
import type { RequestedFile } from '../../../src/contract/files.js';
import { ObjectSource } from '../../../src/source/objects/object-source.js';
import { TemplateCatalogue } from '../../../src/source/catalogue/template-catalogue.js';
import { aJob } from '../../support/jobs.js';
import { ActivityBench, run } from '../activities/support.js';

describe('DownloadEstimator', () => {
  let bench: ActivityBench;
  beforeEach(async () => {
    bench = await ActivityBench.start();
    await bench.store.write('downloads/70000', Buffer.from('one'), { metadata: { filename: 'a.txt' } });
    await bench.store.write('downloads/70001', Buffer.from('three'), { metadata: { filename: 'A.TXT' } });
    await bench.store.write('downloads/70002.zip', Buffer.from('zipped'));
  });
  afterEach(() => bench.stop());

  const never = new AbortController().signal;
  const estimate = (files: RequestedFile[], signal = never) =>
    new DownloadEstimator({
      catalogue: new TemplateCatalogue(),
      source: new ObjectSource(bench.store),
    }).estimate(aJob({ files }), signal);

  it('returns sizes, final names, missing and renamed files', async () => {
    const found = await estimate([70_000, 70_001, { fileId: 70_002, name: '_manifest.json' }, 70_099]);
    expect(found).toMatchObject({
      files: [
        { fileId: 70_000, name: 'a.txt', size: 3 },
        { fileId: 70_001, name: 'A (1).TXT', size: 5 },
        { fileId: 70_002, name: '_manifest (1).json', size: 6 },
      ],
      missing: [{ fileId: 70_099, code: 'FILE_NOT_FOUND', message: 'File 70099 does not exist.' }],
      renamed: [
        { fileId: 70_001, name: 'A (1).TXT', insteadOf: 'A.TXT' },
        { fileId: 70_002, name: '_manifest (1).json', insteadOf: '_manifest.json' },
      ],
      bytesTotal: 14,
    });
  });

  it('keeps requested names before found ones', async () => {
    const found = await estimate([
      70_000,
      { fileId: 70_001, name: 'a.txt' },
      { fileId: 70_002, name: 'C: x' },
    ]);
    expect(found.files.map(({ name }) => name)).toEqual(['a (1).txt', 'a.txt', 'C_ x']);
    expect(found.renamed).toEqual([
      { fileId: 70_000, name: 'a (1).txt', insteadOf: 'a.txt' },
      { fileId: 70_002, name: 'C_ x', insteadOf: 'C: x' },
    ]);
  });

  it('predicts the archive that a worker builds', async () => {
    const { archive, jobId, onFileError, createdAt, userId, files } = aJob({
      files: [70_000, 70_001, { fileId: 70_002, name: 'a.txt' }, 70_099],
      onFileError: 'skip',
    });
    const estimated = await estimate(files);
    const { prepareFiles, buildArchive } = bench.activities();
    const chunk = await run(prepareFiles, { jobId, userId, onFileError, files, firstIndex: 0, inline: true });
    const input = { jobId, archive, onFileError, createdAt, chunks: [chunk], handedOver: null };
    const built = await run(buildArchive, input);
    expect(built.bytes).toBe(estimated.bytesTotal);
    expect(built.size).toBeLessThanOrEqual(estimated.archiveBytes);
    const outcomes = await bench.outcomesOf(input);
    expect(outcomes.filter(({ state }) => state === 'included').map(({ name }) => name)).toEqual(
      estimated.files.map(({ name }) => name),
    );
  });

  it('stores nothing', async () => {
    const before = await bench.keysOf();
    await estimate([70_000]);
    expect(await bench.keysOf()).toEqual(before);
  });

  it('rejects with the reason of an abort', async () => {
    const aborted = new Error('aborted');
    await expect(estimate([70_000], AbortSignal.abort(aborted))).rejects.toBe(aborted);
  });
});
