import { describe, expect, it } from '@jest/globals';
import { safeEntryName } from '../../../src/archive/entry-names.js';
import { namesInArchive } from '../../../src/archive/names-in-archive.js';

/** Parts that are harmless alone and dangerous together. */
const PARTS = [
  'con,COM1,nul,com¹,conin$,a,A,f,_manifest,.json,.txt,.tar,.gz, (1),.,..,/,\\,:,C:,*,__,$,%2F,~1'.split(','),
  [
    '\u0000',
    '\n',
    ' ',
    '\u00a0',
    '\u3000',
    '\u202e',
    '\ud800',
    '\u0301',
    'e\u0301',
    '\u00e9',
    'É',
    'ß',
    'SS',
  ],
  ['σ', 'ς', '日本', 'می\u200cخ', '👨\u200d👩\u200d👧', 'd/'.repeat(100)],
  ['x', ' ', '.', 'é', '🎉'].map((long) => long.repeat(120)),
].flat();

/** Returns reproducible numbers from 0 to `below - 1`. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const RESERVED = /^(con|prn|aux|nul|con(in|out)\$|(com|lpt)[0-9¹²³])$/i;

/** Restates the rules of Windows, macOS and Linux. */
function faultOf(name: string): string | undefined {
  if (Buffer.byteLength(name) > 1_024) return 'too long';
  if (name !== name.normalize('NFC') || !name.isWellFormed()) return 'not normal';
  for (const segment of name.split('/')) {
    if (segment === '' || segment === '.' || segment === '..') return 'an empty or parent segment';
    if (Buffer.byteLength(segment) > 255) return 'a segment too long';
    // eslint-disable-next-line no-control-regex -- looks for control characters
    if (/[\u0000-\u001f\u007f-\u009f<>:"|?*\\]/.test(segment)) return 'a forbidden character';
    if (/^\s|[.\s]$/.test(segment)) return 'a blank or dot at an end';
    if (RESERVED.test(segment.split('.')[0]!.trimEnd())) return 'a device name';
  }
  return undefined;
}

const fold = (name: string) => name.normalize('NFC').toLowerCase().toUpperCase().normalize('NFC');

describe('namesInArchive', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'makes any names safe and unique: seed %d',
    (seed) => {
      const number = numbers(seed);
      const files = Array.from({ length: 150 }, () => {
        const raw = Array.from({ length: 1 + number(7) }, () => PARTS[number(PARTS.length)]).join('');
        return { name: safeEntryName(raw), nameIsRequested: number(2) === 0 };
      });
      const names = namesInArchive(files);
      for (const name of [...names, ...files.map((file) => file.name)]) {
        expect([name, faultOf(name)]).toEqual([name, undefined]);
        expect(safeEntryName(name)).toBe(name);
      }
      const taken = new Set(names.map(fold));
      expect(taken.size).toBe(files.length);
      for (const name of names) {
        const parents = name.split('/').slice(0, -1);
        for (const i of parents.keys()) expect(taken).not.toContain(fold(parents.slice(0, i + 1).join('/')));
      }
    },
  );

  it('keeps every requested name that is safe and unique', () => {
    const number = numbers(7);
    const files = Array.from({ length: 2_000 }, (_, i) => ({
      name: `${['f', 'F', 'g'][number(3)]}${number(2) === 0 ? '' : ` (${number(500)})`}.txt`,
      nameIsRequested: i % 2 === 0,
    }));
    const names = namesInArchive(files);
    const seen = new Set<string>();
    for (const [i, { name, nameIsRequested }] of files.entries()) {
      if (!nameIsRequested) continue;
      if (!seen.has(fold(name))) expect(names[i]).toBe(name);
      seen.add(fold(name));
    }
    expect(new Set(names.map(fold)).size).toBe(files.length);
  });
});
