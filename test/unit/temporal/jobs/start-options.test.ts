import { describe, expect, it } from '@jest/globals';
import { fairnessKeyOf, laneSummaryOf, summaryOf } from '../../../../src/temporal/jobs/start-options.js';
import { aJob } from '../../../support/jobs.js';

const bytes = (text: string) => Buffer.byteLength(text);

describe('fairnessKeyOf', () => {
  it('is the user id when it fits', () => {
    expect(fairnessKeyOf('ada')).toBe('ada');
    expect(fairnessKeyOf('u'.repeat(64))).toBe('u'.repeat(64));
  });

  it('is a distinct hash for longer ids', () => {
    const names = ['u'.repeat(65), `${'u'.repeat(64)}v`, '日'.repeat(85), '🎉'.repeat(63)];
    const keys = names.map(fairnessKeyOf);
    expect(new Set(keys).size).toBe(names.length);
    for (const key of keys) expect(bytes(key)).toBeLessThanOrEqual(64);
  });
});

describe('summaryOf', () => {
  it('names the archive, the files and the user', () => {
    expect(summaryOf(aJob({ userId: 'ada' }))).toBe('photos.zip: 2 files for ada');
    expect(summaryOf(aJob({ userId: 'ada', files: [70_000] }))).toBe('photos.zip: 1 file for ada');
  });

  it('is cut between characters', () => {
    const archive = { format: 'zip', compression: 'auto', name: `${'🎉'.repeat(124)}.zip` } as const;
    const summary = summaryOf(aJob({ archive, userId: '日'.repeat(255) }));
    expect(summary).toMatch(/^🎉+…: 2 files for 日+…$/u);
    expect(bytes(summary)).toBeLessThanOrEqual(200);
  });
});

describe('laneSummaryOf', () => {
  it('fits into a summary, whatever the user id', () => {
    expect(laneSummaryOf('ada')).toBe('Slots of ada');
    for (const character of ['"', '日', '🎉']) {
      const userId = character.repeat(Math.floor(255 / bytes(character)));
      expect(bytes(JSON.stringify(laneSummaryOf(userId)))).toBeLessThanOrEqual(400);
    }
  });
});
