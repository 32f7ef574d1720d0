import { describe, expect, it } from '@jest/globals';
import { TemplateCatalogue } from '../../../../src/source/catalogue/template-catalogue.js';

describe('TemplateCatalogue', () => {
  it('tries the plain id before the id with .zip', async () => {
    expect(await new TemplateCatalogue().resolve('ada', [70_000])).toEqual([
      {
        fileId: 70_000,
        outcome: 'found',
        location: { kind: 'object', keys: ['downloads/70000', 'downloads/70000.zip'] },
        name: null,
      },
    ]);
  });

  it('resolves each id in order, for every user', async () => {
    const fileIds = ['b', 70_001, 'a.b-c_d', 70_000];
    const entries = await new TemplateCatalogue().resolve('ada', fileIds);
    expect(entries.map(({ fileId }) => fileId)).toEqual(fileIds);
    expect(await new TemplateCatalogue().resolve('grace', fileIds)).toEqual(entries);
  });

  it('uses the given templates', async () => {
    const [entry] = await new TemplateCatalogue(['a/{id}.bin']).resolve('ada', ['x']);
    expect(entry).toMatchObject({ location: { keys: ['a/x.bin'] } });
  });
});
