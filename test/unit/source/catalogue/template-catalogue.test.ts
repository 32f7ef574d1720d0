import { describe, expect, it } from '@jest/globals';
import { TemplateCatalogue } from '../../../../src/source/catalogue/template-catalogue.js';

describe('the template catalogue', () => {
  it('looks for an id first as it is, then with .zip behind it', async () => {
    expect(await new TemplateCatalogue().resolve('anybody', [70_000])).toEqual([
      {
        fileId: 70_000,
        outcome: 'found',
        location: { kind: 'object', keys: ['downloads/70000', 'downloads/70000.zip'] },
        name: null,
      },
    ]);
  });

  it('answers each id, in the order of the question, whoever asks', async () => {
    const fileIds = ['b', 70_001, 'a.b-c_d', 70_000];
    const entries = await new TemplateCatalogue().resolve('somebody', fileIds);
    expect(entries.map(({ fileId }) => fileId)).toEqual(fileIds);
    expect(await new TemplateCatalogue().resolve('somebody else', fileIds)).toEqual(entries);
  });

  it('fills the templates it is given', async () => {
    const [entry] = await new TemplateCatalogue(['a/{id}.bin']).resolve('anybody', ['x']);
    expect(entry).toMatchObject({ location: { keys: ['a/x.bin'] } });
  });
});
