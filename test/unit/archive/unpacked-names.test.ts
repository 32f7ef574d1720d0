import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { safeEntryName } from '../../../src/archive/entry-names.js';
import { namesInArchive } from '../../../src/archive/names-in-archive.js';
import { type ArchiveEntry, archiveStream } from '../../../src/archive/streamed/archive-stream.js';
import type { ArchiveFormat } from '../../../src/contract/job.js';
import { run } from '../../support/unpack.js';

const NASTY = [
  '../../../evil.txt',
  '/etc/evil.txt',
  'C:\\evil.txt',
  '..\\..\\evil.txt',
  'a/../../evil.txt',
  '\\\\host\\x',
  'con .txt',
  'com1 .log',
  'CON',
  'aux.tar.gz',
  'Q: what now.pdf',
  'C:x',
  'nul\u0000.txt',
  'line\nbreak.txt',
  'f.txt',
  'F.TXT',
  'f (1).txt',
  'dir',
  'dir/a.txt',
  'DIR/a.txt',
  'dir/a.txt/b',
  'e\u0301',
  '\u00e9',
  'É',
  '-rf',
  '.gitignore',
  '~',
  '$HOME',
  '%PATH%',
  '`id`',
  '日本語.txt',
  'می\u200cخ.txt',
  '👨\u200d👩\u200d👧.png',
  ' ',
  `${'ü'.repeat(300)}.txt`,
  `com1${' '.repeat(300)}x.txt`,
  'd/'.repeat(300),
  `${'d'.repeat(250)}/`.repeat(3),
  '_manifest.json',
  '_manifest.json/x',
  '[a].txt',
  'a*b',
  "it's",
  '"q"',
  'a&b',
  '#',
  '@file',
  'x;y',
];

const PYTHON = 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])';

describe('namesInArchive', () => {
  const names = namesInArchive(NASTY.map((name) => ({ name: safeEntryName(name) })));

  async function* entries(): AsyncGenerator<ArchiveEntry> {
    for (const name of names) {
      const body = Readable.from([Buffer.from(name)], { objectMode: false });
      yield { name, size: Buffer.byteLength(name), contentType: null, body };
    }
  }

  it.each<[string, ArchiveFormat, (archive: string, folder: string) => [string, ...string[]]]>([
    ['unzip', 'zip', (archive, folder) => ['unzip', '-q', archive, '-d', folder]],
    ['Python', 'zip', (archive, folder) => ['python3', '-c', PYTHON, archive, folder]],
    ['tar', 'tar.gz', (archive, folder) => ['tar', '-xzf', archive, '-C', folder]],
  ])('makes names that %s extracts from %s', async (_, format, command) => {
    const root = await mkdtemp(join(tmpdir(), 'longhaul-names-'));
    try {
      const archive = join(root, 'archive');
      const options = { format, compression: 'store' as const, modifiedAt: new Date(0) };
      const signal = new AbortController().signal;
      await writeFile(archive, await buffer(archiveStream(entries(), { ...options, signal })));
      const folder = join(root, 'out');
      await run('mkdir', [folder]);
      const [program, ...args] = command(archive, folder);
      await run(program, args);
      for (const name of names)
        expect([name, (await stat(join(folder, name))).size]).toEqual([name, Buffer.byteLength(name)]);
      expect((await readdir(root)).toSorted()).toEqual(['archive', 'out']);
      const found = await readdir(folder, { recursive: true, withFileTypes: true });
      expect(found.filter((file) => file.isFile())).toHaveLength(names.length);
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
