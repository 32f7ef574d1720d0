import { describe, expect, it } from '@jest/globals';
import type { FileId } from '../../../../src/contract/files.js';
import type { Catalogue, CatalogueEntry } from '../../../../src/source/catalogue/catalogue.js';
import { BatchingCatalogue } from '../../../../src/source/catalogue/batching-catalogue.js';
import { waitFor } from '../../../support/wait-for.js';

/** Reports every id as missing, or fails. Records its requests and their signals. */
class RecordingCatalogue implements Catalogue {
  readonly requests: { userId: string; fileIds: FileId[]; signal: AbortSignal }[] = [];
  answer = async (fileIds: readonly FileId[]): Promise<CatalogueEntry[]> =>
    fileIds.map((fileId) => ({ fileId, outcome: 'missing' }));

  resolve(userId: string, fileIds: readonly FileId[], signal: AbortSignal): Promise<CatalogueEntry[]> {
    this.requests.push({ userId, fileIds: [...fileIds], signal });
    return this.answer(fileIds);
  }
}

const idsOf = (entries: CatalogueEntry[]) => entries.map(({ fileId }) => fileId);

describe('BatchingCatalogue', () => {
  it('combines concurrent lookups of one user', async () => {
    const far = new RecordingCatalogue();
    const near = new BatchingCatalogue(far);
    const answers = await Promise.all([
      near.resolve('ada', [70_000]),
      near.resolve('ada', [70_001, 70_002]),
      near.resolve('grace', [70_000]),
      near.resolve('ada', [70_000]),
    ]);
    expect(answers.map(idsOf)).toEqual([[70_000], [70_001, 70_002], [70_000], [70_000]]);
    expect(far.requests).toMatchObject([
      { userId: 'ada', fileIds: [70_000, 70_001, 70_002] },
      { userId: 'grace', fileIds: [70_000] },
    ]);
    await near.resolve('ada', [70_003]);
    expect(far.requests).toHaveLength(3);
  });

  it('requests at most 1,000 ids at once', async () => {
    const far = new RecordingCatalogue();
    const near = new BatchingCatalogue(far);
    const many = Array.from({ length: 600 }, (_, i) => 70_000 + i);
    const others = many.map((id) => id + 600);
    const answers = await Promise.all([near.resolve('ada', many), near.resolve('ada', others)]);
    expect(answers.map(idsOf)).toEqual([many, others]);
    expect(far.requests.map(({ fileIds }) => fileIds.length)).toEqual([600, 600]);
  });

  it('rejects every caller of a failed request', async () => {
    const far = new RecordingCatalogue();
    far.answer = () => Promise.reject(new Error('away'));
    const near = new BatchingCatalogue(far);
    const asked = [near.resolve('ada', [70_000]), near.resolve('ada', [70_001])];
    const results = await Promise.allSettled(asked);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('aborts the request when all callers have aborted', async () => {
    const far = new RecordingCatalogue();
    far.answer = () => new Promise(() => {});
    const near = new BatchingCatalogue(far);
    const [first, second] = [new AbortController(), new AbortController()];
    const asked = [
      near.resolve('ada', [70_000], first.signal),
      near.resolve('ada', [70_001], second.signal),
    ] as const;
    await waitFor('the request', () => far.requests.length > 0);
    first.abort(new Error('first aborted'));
    await expect(asked[0]).rejects.toThrow('first aborted');
    expect(far.requests[0]!.signal.aborted).toBe(false);
    second.abort(new Error('second aborted'));
    await expect(asked[1]).rejects.toThrow('second aborted');
    expect(far.requests[0]!.signal.aborted).toBe(true);
  });
});
