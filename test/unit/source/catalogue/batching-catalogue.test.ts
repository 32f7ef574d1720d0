import { describe, expect, it } from '@jest/globals';
import type { FileId } from '../../../../src/contract/files.js';
import type { Catalogue, CatalogueEntry } from '../../../../src/source/catalogue/catalogue.js';
import { BatchingCatalogue } from '../../../../src/source/catalogue/batching-catalogue.js';
import { waitFor } from '../../../support/wait-for.js';

/** Says of every id that it is missing, or fails; notes what it is asked, and until when. */
class NotingCatalogue implements Catalogue {
  readonly questions: { userId: string; fileIds: FileId[]; signal: AbortSignal }[] = [];
  answer = async (fileIds: readonly FileId[]): Promise<CatalogueEntry[]> =>
    fileIds.map((fileId) => ({ fileId, outcome: 'missing' }));

  resolve(userId: string, fileIds: readonly FileId[], signal: AbortSignal): Promise<CatalogueEntry[]> {
    this.questions.push({ userId, fileIds: [...fileIds], signal });
    return this.answer(fileIds);
  }
}

const idsOf = (entries: CatalogueEntry[]) => entries.map(({ fileId }) => fileId);

describe('a catalogue that gathers questions', () => {
  it('asks once for what is asked at the same moment, and gives each what it asked for', async () => {
    const far = new NotingCatalogue();
    const near = new BatchingCatalogue(far);
    const answers = await Promise.all([
      near.resolve('ada', [70_000]),
      near.resolve('ada', [70_001, 70_002]),
      near.resolve('grace', [70_000]),
      near.resolve('ada', [70_000]),
    ]);
    expect(answers.map(idsOf)).toEqual([[70_000], [70_001, 70_002], [70_000], [70_000]]);
    expect(far.questions).toMatchObject([
      { userId: 'ada', fileIds: [70_000, 70_001, 70_002] },
      { userId: 'grace', fileIds: [70_000] },
    ]);
    await near.resolve('ada', [70_003]);
    expect(far.questions).toHaveLength(3);
  });

  it('asks for no more than a thousand at once', async () => {
    const far = new NotingCatalogue();
    const near = new BatchingCatalogue(far);
    const many = Array.from({ length: 600 }, (_, i) => 70_000 + i);
    const others = many.map((id) => id + 600);
    const answers = await Promise.all([near.resolve('ada', many), near.resolve('ada', others)]);
    expect(answers.map(idsOf)).toEqual([many, others]);
    expect(far.questions.map(({ fileIds }) => fileIds.length)).toEqual([600, 600]);
  });

  it('fails all whose question failed', async () => {
    const far = new NotingCatalogue();
    far.answer = () => Promise.reject(new Error('away'));
    const near = new BatchingCatalogue(far);
    const asked = [near.resolve('ada', [70_000]), near.resolve('ada', [70_001])];
    const results = await Promise.allSettled(asked);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('lets one go without the others, and stops asking when all have gone', async () => {
    const far = new NotingCatalogue();
    far.answer = () => new Promise(() => {});
    const near = new BatchingCatalogue(far);
    const [first, second] = [new AbortController(), new AbortController()];
    const asked = [
      near.resolve('ada', [70_000], first.signal),
      near.resolve('ada', [70_001], second.signal),
    ] as const;
    await waitFor('the question', () => far.questions.length > 0);
    first.abort(new Error('the first went'));
    await expect(asked[0]).rejects.toThrow('the first went');
    expect(far.questions[0]!.signal.aborted).toBe(false);
    second.abort(new Error('the second went'));
    await expect(asked[1]).rejects.toThrow('the second went');
    expect(far.questions[0]!.signal.aborted).toBe(true);
  });
});
